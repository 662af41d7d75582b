package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const groups = "/sys/fs/cgroup"

// hierarchy is one tree of control groups: with version 1, one for each set of controllers.
type hierarchy struct {
	folder string // where it is mounted
	option string // the mount option that asks for it again; empty for version 2
}

// unified tells whether the machine has version 2 alone.
func unified() bool {
	_, err := os.Stat(filepath.Join(groups, "cgroup.controllers"))
	return err == nil
}

// hierarchies lists the trees that a node uses. The second version beside the first one is
// left out: nothing of a node goes there.
func hierarchies() ([]hierarchy, error) {
	if unified() {
		return []hierarchy{{groups, ""}}, nil
	}
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	found := []hierarchy{}
	seen := map[string]bool{}
	for _, line := range strings.Split(string(text), "\n") {
		before, after, split := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if !split || len(fields) < 5 || len(kind) < 3 || kind[0] != "cgroup" {
			continue
		}
		wanted := []string{}
		for _, option := range strings.Split(kind[2], ",") {
			if option != "rw" && option != "ro" && !strings.HasPrefix(option, "release_agent") {
				wanted = append(wanted, option)
			}
		}
		option := strings.Join(wanted, ",")
		if !seen[option] && strings.HasPrefix(fields[4], groups+"/") {
			seen[option] = true
			found = append(found, hierarchy{fields[4], option})
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no control groups are mounted at %s", groups)
	}
	return found, nil
}

// enter makes the group of a box in every tree and moves this process there, so that a child
// begins its life in it. It returns how to go back.
func enter(name string) (func(), error) {
	all, err := hierarchies()
	if err != nil {
		return nil, err
	}
	homes, err := memberships()
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		folder := filepath.Join(one.folder, name)
		if one.option == "" {
			share(one.folder)
		}
		if err := os.Mkdir(folder, 0o755); err != nil && !os.IsExist(err) {
			return nil, err
		}
		if err := inherit(one, folder); err != nil {
			return nil, err
		}
		if err := join(folder); err != nil {
			return nil, err
		}
	}
	return func() {
		for _, one := range all {
			join(filepath.Join(one.folder, homes[one.option]))
		}
	}, nil
}

// memberships tells in which group of each tree this process is, by the tree's option.
func memberships() (map[string]string, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if parts := strings.SplitN(line, ":", 3); len(parts) == 3 {
			found[parts[1]] = parts[2]
		}
	}
	return found, nil
}

// share lets groups right below the root of version 2 have all controllers, as far as it can.
func share(root string) {
	text, _ := os.ReadFile(filepath.Join(root, "cgroup.controllers"))
	for _, controller := range strings.Fields(string(text)) {
		file := filepath.Join(root, "cgroup.subtree_control")
		os.WriteFile(file, []byte("+"+controller), 0o644)
	}
}

// inherit tells a new group of processors which these are: it is empty before, and takes nobody.
func inherit(tree hierarchy, folder string) error {
	if tree.option == "" {
		return nil
	}
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		text, err := os.ReadFile(filepath.Join(tree.folder, file))
		if err != nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, file), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func join(folder string) error {
	own := []byte(strconv.Itoa(os.Getpid()))
	return os.WriteFile(filepath.Join(folder, "cgroup.procs"), own, 0o644)
}

// sweep removes the groups of a box, from the leaves on; what still dies in there is waited for.
func sweep(name string) error {
	if name == "" || strings.ContainsAny(name, "/.") {
		return fmt.Errorf("%q is no name of a box", name)
	}
	all, err := hierarchies()
	if err != nil {
		return err
	}
	var left error
	for _, one := range all {
		folder := filepath.Join(one.folder, name)
		for tries := 0; tries < 100; tries++ {
			if left = prune(folder); left == nil {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if left != nil {
			return left
		}
	}
	return nil
}

func prune(folder string) error {
	inner, err := os.ReadDir(folder)
	if os.IsNotExist(err) {
		return nil
	}
	failures := []error{err}
	for _, entry := range inner {
		if entry.IsDir() {
			failures = append(failures, prune(filepath.Join(folder, entry.Name())))
		}
	}
	if err := errors.Join(failures...); err != nil {
		return err
	}
	if err := unix.Rmdir(folder); err != nil && err != unix.ENOENT {
		return fmt.Errorf("%s: %w", folder, err)
	}
	return nil
}

// ownGroups puts the trees at their usual place anew, so that a box sees its own group as root.
func ownGroups(all []hierarchy) error {
	if all[0].option == "" {
		if err := unix.Mount("cgroup2", groups, "cgroup2", 0, ""); err != nil {
			return err
		}
		return delegate()
	}
	if err := unix.Mount("tmpfs", groups, "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	for _, one := range all {
		if err := os.MkdirAll(one.folder, 0o755); err != nil {
			return err
		}
		if err := unix.Mount("cgroup", one.folder, "cgroup", 0, one.option); err != nil {
			return fmt.Errorf("control groups %s: %w", one.option, err)
		}
	}
	return nil
}

// delegate makes the controllers of version 2 usable for groups below: these must then hold
// all processes, as a group has either.
func delegate() error {
	own := filepath.Join(groups, "init")
	if err := os.Mkdir(own, 0o755); err != nil && !os.IsExist(err) {
		return err
	}
	if err := join(own); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(groups, "cgroup.controllers"))
	if err != nil {
		return err
	}
	file := filepath.Join(groups, "cgroup.subtree_control")
	for _, controller := range strings.Fields(string(text)) {
		word := []byte("+" + controller)
		// Whoever started this process is in the group as well, and about to leave it.
		for tries := 0; ; tries++ {
			err := os.WriteFile(file, word, 0o644)
			if err == nil {
				break
			}
			if tries == 100 {
				return fmt.Errorf("controller %s: %w", controller, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nil
}
