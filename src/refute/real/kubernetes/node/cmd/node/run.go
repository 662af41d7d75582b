package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// run starts the first process of a box and waits for it. The box dies with this process,
// however that ends.
func run(path string) error {
	// The kernel ties "dies with its parent" to the thread that started the child.
	runtime.LockOSThread()
	asked := make(chan os.Signal, 4)
	signal.Notify(asked, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	spec, err := read(path)
	if err != nil {
		return err
	}
	// Sockets belong to the network they were made in: these stay on the machine's loopback,
	// also when a process of the box accepts on them.
	files, err := listen(spec.Forwards)
	if err != nil {
		return err
	}
	leave, err := enter(spec.Name)
	if err != nil {
		return err
	}
	defer sweep(spec.Name)
	child, err := boxed("inside", path)
	if err != nil {
		return err
	}
	child.ExtraFiles = files
	err = child.Start()
	leave()
	if err != nil {
		return fmt.Errorf("namespaces of its own: %w", err)
	}
	go func() {
		<-asked
		child.Process.Kill()
	}()
	return child.Wait()
}

// boxed is this program again, in namespaces of its own.
func boxed(words ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	child := exec.Command(self, words...)
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET |
			unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP,
		Pdeathsig: syscall.SIGKILL,
	}
	return child, nil
}

// probe finds out whether a box can be made here, by making an empty one.
func probe() error {
	runtime.LockOSThread()
	name := fmt.Sprintf("refute-probe-%d", os.Getpid())
	leave, err := enter(name)
	defer sweep(name)
	if err != nil {
		return fmt.Errorf("control groups: %w", err)
	}
	child, err := boxed("mounts")
	if err == nil {
		err = child.Start()
	}
	leave()
	if err != nil {
		return fmt.Errorf("namespaces: %w", err)
	}
	return child.Wait()
}

// listen opens the loopback sockets of the forwards.
func listen(forwards []Forward) ([]*os.File, error) {
	files := []*os.File{}
	for _, forward := range forwards {
		listener, err := net.Listen("tcp4", forward.Listen)
		if err != nil {
			return nil, err
		}
		file, err := listener.(*net.TCPListener).File()
		if err != nil {
			return nil, err
		}
		files = append(files, file)
		listener.Close()
	}
	return files, nil
}
