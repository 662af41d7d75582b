package main

import (
	"encoding/json"
	"os"
)

// Program is one server inside the box.
type Program struct {
	Name string   `json:"name"` // of its log: Log/NAME.log
	Argv []string `json:"argv"`
	// Await is an http or https address that has to answer 200 (with Token, if any), or
	// unix:/path of a socket, before this program is started.
	Await string `json:"await"`
	Token string `json:"token"`
	Once  bool   `json:"once"` // it does something and ends
}

// Mount is one folder that the box sees differently: From elsewhere, or empty and in memory.
type Mount struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Forward lets a port of the machine's loopback reach an address inside the box.
type Forward struct {
	Listen string `json:"listen"`
	To     string `json:"to"`
}

// Spec is all that a box is made of. Paths are absolute; Log and those of
// programs are as the box sees them.
type Spec struct {
	Name     string  `json:"name"` // of the control group; no two boxes share one
	Hostname string  `json:"hostname"`
	Address  string  `json:"address"` // of the box in its network, as 10.90.0.2/24
	Gateway  string  `json:"gateway"`
	Log      string  `json:"log"`    // a folder
	Mounts   []Mount `json:"mounts"` // in order
	// Shown holds what the box is shown instead of a file of the machine's, by path.
	Shown    map[string]string `json:"shown"`
	Programs []Program         `json:"programs"`
	Forwards []Forward         `json:"forwards"`
}

func read(path string) (spec Spec, err error) {
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &spec)
	}
	return spec, err
}
