package main

import (
	"io"
	"net"
)

// accept hands every connection on to an address inside the box.
func accept(listener net.Listener, to string) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer near.Close()
			far, err := net.Dial("tcp4", to)
			if err != nil {
				return
			}
			defer far.Close()
			go pour(far.(*net.TCPConn), near.(*net.TCPConn))
			pour(near.(*net.TCPConn), far.(*net.TCPConn))
		}()
	}
}

// pour copies one direction and tells the other side that no more will come.
func pour(to, from *net.TCPConn) {
	io.Copy(to, from)
	to.CloseWrite()
}
