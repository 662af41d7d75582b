package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// inside is the first process of a box: it arranges files and network, starts the programs,
// and reaps. When it ends, the kernel ends all the others.
func inside(path string) error {
	spec, err := read(path)
	if err != nil {
		return err
	}
	// Inherited sockets come right after the three standard files.
	for index, forward := range spec.Forwards {
		listener, err := net.FileListener(os.NewFile(uintptr(3+index), forward.Listen))
		if err != nil {
			return err
		}
		go accept(listener, forward.To)
	}
	if err := arrange(spec); err != nil {
		return err
	}
	ended := make(chan error)
	go func() { ended <- start(spec) }()
	go func() { ended <- reap() }()
	for {
		if err := <-ended; err != nil {
			return err
		}
	}
}

func arrange(spec Spec) error {
	if err := unix.Sethostname([]byte(spec.Hostname)); err != nil {
		return err
	}
	if err := mounts(spec); err != nil {
		return fmt.Errorf("mounts: %w", err)
	}
	if err := network(spec.Address, spec.Gateway); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	return nil
}

func mounts(spec Spec) error {
	// Nothing that is mounted from here on is seen outside; pods share it with the kubelet.
	for _, flags := range []uintptr{unix.MS_REC | unix.MS_PRIVATE, unix.MS_REC | unix.MS_SHARED} {
		if err := unix.Mount("", "/", "", flags, ""); err != nil {
			return err
		}
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return err
	}
	// These concern the whole machine: here they can only be looked at.
	for _, folder := range []string{"/proc/sys/vm", "/proc/sys/kernel"} {
		if err := unix.Mount(folder, folder, "", unix.MS_BIND, ""); err != nil {
			return err
		}
		flags := uintptr(unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY)
		if err := unix.Mount("", folder, "", flags, ""); err != nil {
			return err
		}
	}
	all, err := hierarchies()
	if err != nil {
		return err
	}
	// What it shows of the network is what is in the network of whoever mounted it.
	if err := unix.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return err
	}
	if err := ownGroups(all); err != nil {
		return err
	}
	for _, mount := range spec.Mounts {
		if err := os.MkdirAll(mount.To, 0o755); err != nil {
			return err
		}
		from, kind, flags, option := mount.From, "", uintptr(unix.MS_BIND|unix.MS_REC), ""
		if from == "" {
			// A file system without a source reads as broken to who parses the table of mounts.
			from, kind, flags, option = "tmpfs", "tmpfs", 0, "mode=1777"
		}
		if err := unix.Mount(from, mount.To, kind, flags, option); err != nil {
			return fmt.Errorf("%s on %s: %w", mount.From, mount.To, err)
		}
	}
	return show(spec.Shown)
}

// show puts files with these texts over others.
func show(texts map[string]string) error {
	if len(texts) == 0 {
		return nil
	}
	held, err := os.MkdirTemp("/run", "shown-")
	if err != nil {
		return err
	}
	for path, text := range texts {
		file := filepath.Join(held, strings.ReplaceAll(path, "/", "_"))
		if err := os.WriteFile(file, []byte(text), 0o444); err != nil {
			return err
		}
		if err := unix.Mount(file, path, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func network(address, gateway string) error {
	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(loopback); err != nil {
		return err
	}
	// Both ends of the wire stay in the box: it leads nowhere, but a node wants one.
	wire := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}, PeerName: "nowhere"}
	if err := netlink.LinkAdd(wire); err != nil {
		return err
	}
	for _, name := range []string{"nowhere", "eth0"} {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return err
		}
	}
	link, err := netlink.LinkByName("eth0")
	if err != nil {
		return err
	}
	own, err := netlink.ParseAddr(address)
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(link, own); err != nil {
		return err
	}
	route := &netlink.Route{LinkIndex: link.Attrs().Index, Gw: net.ParseIP(gateway)}
	if err := netlink.RouteAdd(route); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"ipv4/ip_forward":                "1",
		"bridge/bridge-nf-call-iptables": "1",
		"ipv6/conf/all/disable_ipv6":     "1",
		"ipv4/conf/all/route_localnet":   "1",
		"ipv6/conf/default/disable_ipv6": "1",
	} {
		err := os.WriteFile(filepath.Join("/proc/sys/net", name), []byte(value), 0o644)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// start begins the programs in order, each once what it waits for answers.
func start(spec Spec) error {
	for _, program := range spec.Programs {
		await(program)
		log, err := os.Create(filepath.Join(spec.Log, program.Name+".log"))
		if err != nil {
			return err
		}
		child := exec.Command(program.Argv[0], program.Argv[1:]...)
		child.Stdout, child.Stderr = log, log
		err = begin(child, program)
		log.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", program.Name, err)
		}
	}
	return nil
}

// await returns when the address of a program answers; whoever started the box has patience
// of its own, so there is no end here.
func await(program Program) {
	if program.Await == "" {
		return
	}
	client := &http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}
	for ; ; time.Sleep(50 * time.Millisecond) {
		if path, socket := strings.CutPrefix(program.Await, "unix:"); socket {
			if line, err := net.Dial("unix", path); err == nil {
				line.Close()
				return
			}
			continue
		}
		request, err := http.NewRequest("GET", program.Await, nil)
		if err != nil {
			return
		}
		if program.Token != "" {
			request.Header.Set("Authorization", "Bearer "+program.Token)
		}
		if answer, err := client.Do(request); err == nil {
			answer.Body.Close()
			if answer.StatusCode == 200 {
				return
			}
		}
	}
}

var (
	guard   sync.Mutex
	servers = map[int]string{}
)

// begin starts one program; one that ends by itself is not among the servers.
func begin(child *exec.Cmd, program Program) error {
	guard.Lock()
	defer guard.Unlock()
	if err := child.Start(); err != nil {
		return err
	}
	if !program.Once {
		servers[child.Process.Pid] = program.Name
	}
	return nil
}

// reap takes leave of every child, the adopted ones too. A cluster without one of its servers
// is none: it returns when one has ended.
func reap() error {
	for {
		var status syscall.WaitStatus
		gone, err := syscall.Wait4(-1, &status, 0, nil)
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		guard.Lock()
		name, server := servers[gone]
		guard.Unlock()
		if server {
			return fmt.Errorf("%s has ended: status %d, signal %d",
				name, status.ExitStatus(), status.Signal())
		}
	}
}
