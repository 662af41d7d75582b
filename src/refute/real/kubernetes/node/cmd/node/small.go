package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// pause holds the namespaces of a pod: it sleeps, reaps, and ends when asked to.
func pause() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGINT, syscall.SIGTERM)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if gone, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); gone <= 0 || err != nil {
				break
			}
		}
	}
}

// hello serves one line, so that there is something small and real to deploy.
func hello(words []string) error {
	host, _ := os.Hostname()
	text := strings.Join(words, " ")
	if text == "" {
		text = os.Getenv("WORDS")
	}
	fmt.Println("hello: listening on 8080")
	handler := func(answer http.ResponseWriter, request *http.Request) {
		fmt.Println(request.Method, request.URL.Path)
		fmt.Fprintf(answer, "%s %s %s\n", text, request.URL.Path, host)
	}
	return http.ListenAndServe(":8080", http.HandlerFunc(handler))
}
