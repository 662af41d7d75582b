// Command node holds what a throw-away Kubernetes node needs beside the published programs:
// a box of own namespaces to run them in, its certificates, and the smallest of containers.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const usage = `node run SPEC.json     run programs in namespaces of their own until asked to end
node inside SPEC.json  (what run starts: the first process in there)
node probe             fail, with the reason, where a box can't be made
node mounts            (what probe starts in there)
node sweep NAME        remove what a killed run has left of its control groups
node certs FOLDER      write a new authority and the certificates it signs
node pause             sleep until asked to end, and reap
node hello [WORDS]     serve WORDS, the path asked for and the host's name over HTTP on port 8080
node get URL           print what is served there`

func main() {
	word, rest := "", []string{}
	if len(os.Args) > 1 {
		word, rest = os.Args[1], os.Args[2:]
	}
	if filepath.Base(os.Args[0]) == "pause" {
		word = "pause"
	}
	var err error
	switch {
	case word == "run" && len(rest) == 1:
		err = run(rest[0])
	case word == "inside" && len(rest) == 1:
		err = inside(rest[0])
	case word == "probe" && len(rest) == 0:
		err = probe()
	case word == "mounts" && len(rest) == 0:
		err = mounts(Spec{})
	case word == "sweep" && len(rest) == 1:
		err = sweep(rest[0])
	case word == "certs" && len(rest) == 1:
		err = certs(rest[0])
	case word == "pause":
		pause()
	case word == "hello":
		err = hello(rest)
	case word == "get" && len(rest) == 1:
		err = get(rest[0])
	default:
		err = fmt.Errorf("not understood\n%s", usage)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
}
