// A receiver in Go: verifies a Standard Webhooks signature with the standard library alone.
//
//	WEBHOOK_SECRET='whsec_…' go run .
//
// Settings, from the environment: WEBHOOK_SECRET (several separated by blanks while they rotate),
// HOST (127.0.0.1), PORT (8080), SEEN (./seen, the folder that remembers ids).
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	tolerance = 5 * time.Minute
	mostBytes = 64_000
)

var (
	idPattern        = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	timestampPattern = regexp.MustCompile(`^[0-9]{1,12}$`)
)

type receiver struct {
	keys [][]byte
	seen string
	lock sync.Mutex
}

// isGenuine tells whether a request was signed with one of the keys, within five minutes of now.
func (r *receiver) isGenuine(header http.Header, body []byte, now time.Time) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	if !idPattern.MatchString(id) || !timestampPattern.MatchString(timestamp) {
		return false
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	genuine := false
	for _, key := range r.keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, timestamp)
		mac.Write(body)
		wanted := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		for _, given := range strings.Split(header.Get("webhook-signature"), " ") {
			// Every pair is compared, in constant time: how long it takes tells nothing.
			if hmac.Equal([]byte(given), wanted) {
				genuine = true
			}
		}
	}
	return genuine
}

// actOn does what an event is worth; here it is printed.
func actOn(body []byte, id string) error {
	var event struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return err
	}
	fmt.Println(event.Type, id)
	return nil
}

// once acts on an event unless its id was seen before.
func (r *receiver) once(body []byte, id string) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	seen := filepath.Join(r.seen, id)
	if _, err := os.Stat(seen); err == nil {
		return nil
	}
	if err := actOn(body, id); err != nil {
		return err
	}
	// Remembered after the deed: a crash in between repeats an event, and loses none.
	return os.WriteFile(seen, nil, 0o600)
}

func (r *receiver) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPost {
		response.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, mostBytes))
	if err != nil {
		response.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if !r.isGenuine(request.Header, body, time.Now()) {
		response.WriteHeader(http.StatusUnauthorized)
		return
	}
	if err := r.once(body, request.Header.Get("webhook-id")); err != nil {
		log.Print(err)
		response.WriteHeader(http.StatusInternalServerError)
		return
	}
	response.WriteHeader(http.StatusNoContent)
}

// keysOf returns the raw keys of secrets written as whsec_ and base64.
func keysOf(secrets string) [][]byte {
	var keys [][]byte
	for _, secret := range strings.Fields(secrets) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			log.Fatal("WEBHOOK_SECRET: not base64")
		}
		keys = append(keys, key)
	}
	return keys
}

// setting returns a setting of the environment, or what it is without one.
func setting(name, without string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return without
}

func main() {
	r := &receiver{keys: keysOf(os.Getenv("WEBHOOK_SECRET")), seen: setting("SEEN", "seen")}
	if len(r.keys) == 0 {
		log.Fatal("set WEBHOOK_SECRET")
	}
	if err := os.MkdirAll(r.seen, 0o700); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(setting("HOST", "127.0.0.1"), setting("PORT", "8080")))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	server := &http.Server{Handler: r, ReadTimeout: 10 * time.Second}
	log.Fatal(server.Serve(listener))
}
