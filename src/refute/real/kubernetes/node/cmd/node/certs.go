package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// The certificates of one cluster: NAME.crt and NAME.key for each. They are thrown away with it.
var wanted = []struct {
	name, common string
	groups       []string
}{
	{"server", "kube-apiserver", nil},
	{"kubelet-client", "kube-apiserver-kubelet-client", []string{"system:masters"}},
	{"front-proxy", "front-proxy-client", nil},
	{"admin", "admin", []string{"system:masters"}},
}

var names = []string{
	"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
	"kubernetes.default.svc.cluster.local",
}

var addresses = []string{"127.0.0.1", "10.96.0.1", "10.90.0.2"}

// certs writes ca.crt, ca.key, accounts.key and all that is wanted.
func certs(folder string) error {
	now := time.Now()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "refute"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		IsCA:     true, BasicConstraintsValid: true,
	}
	signer, err := write(folder, "ca", authority, authority, nil)
	if err != nil {
		return err
	}
	for index, one := range wanted {
		leaf := &x509.Certificate{
			SerialNumber: big.NewInt(int64(index + 2)),
			Subject:      pkix.Name{CommonName: one.common, Organization: one.groups},
			NotBefore:    now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
			KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}
		if one.name == "server" {
			leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			leaf.DNSNames = names
			for _, address := range addresses {
				leaf.IPAddresses = append(leaf.IPAddresses, net.ParseIP(address))
			}
		}
		if _, err := write(folder, one.name, leaf, authority, signer); err != nil {
			return err
		}
	}
	// Tokens of service accounts are signed with a key that has no certificate.
	_, err = key(folder, "accounts")
	return err
}

func key(folder, name string) (*ecdsa.PrivateKey, error) {
	made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(made)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	return made, os.WriteFile(filepath.Join(folder, name+".key"), text, 0o600)
}

// write makes a key and its certificate; without a signer it signs itself.
func write(
	folder, name string, leaf, parent *x509.Certificate, signer *ecdsa.PrivateKey,
) (*ecdsa.PrivateKey, error) {
	own, err := key(folder, name)
	if err != nil {
		return nil, err
	}
	if signer == nil {
		signer = own
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, parent, own.Public(), signer)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return own, os.WriteFile(filepath.Join(folder, name+".crt"), text, 0o644)
}
