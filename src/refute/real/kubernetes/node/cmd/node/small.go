package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
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

// get prints what is served at an address, so that a pod can be seen to reach another.
func get(address string) error {
	answer, err := (&http.Client{Timeout: 10 * time.Second}).Get(address)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}
