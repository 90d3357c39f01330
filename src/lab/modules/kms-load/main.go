// kms-load calls a KMS v2 plugin and prints one line of JSON: how many calls a second, and how long they took.
//
//	kms-load -socket /run/kms.sock -method decrypt -in-flight 32 -seconds 5
//	kms-load -socket /run/kms.sock -method decrypt -rate 1000 -seconds 5
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	kms "k8s.io/kms/apis/v2"
)

type result struct {
	Method    string  `json:"method"`
	InFlight  int     `json:"inFlight"`
	Rate      int     `json:"rate"`
	Calls     int     `json:"calls"`
	Failed    int     `json:"failed"`
	PerSecond float64 `json:"perSecond"`
	P50       float64 `json:"p50Millis"`
	P99       float64 `json:"p99Millis"`
	Max       float64 `json:"maxMillis"`
}

func main() {
	socket := flag.String("socket", "", "path of the plugin's socket")
	method := flag.String("method", "decrypt", "decrypt or encrypt")
	inFlight := flag.Int("in-flight", 1, "calls at a time; with -rate the most at a time")
	rate := flag.Int("rate", 0, "calls begun each second whatever the answers; 0: as fast as answers come")
	seconds := flag.Int("seconds", 5, "how long, after one second that does not count")
	flag.Parse()
	if err := run(*socket, *method, *inFlight, *rate, *seconds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(socket, method string, inFlight, rate, seconds int) error {
	connection, err := grpc.NewClient("unix:"+socket,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithAuthority("localhost"))
	if err != nil {
		return err
	}
	defer connection.Close()
	client := kms.NewKeyManagementServiceClient(connection)
	seed := make([]byte, 32)
	if _, err := rand.Read(seed); err != nil {
		return err
	}
	encrypted, err := client.Encrypt(context.Background(), &kms.EncryptRequest{Plaintext: seed, Uid: "load"})
	if err != nil {
		return err
	}
	call := func(ctx context.Context) bool {
		if method == "encrypt" {
			_, err := client.Encrypt(ctx, &kms.EncryptRequest{Plaintext: seed, Uid: "load"})
			return err == nil
		}
		reply, err := client.Decrypt(ctx, &kms.DecryptRequest{
			Ciphertext: encrypted.Ciphertext, Uid: "load", KeyId: encrypted.KeyId, Annotations: encrypted.Annotations})
		return err == nil && bytes.Equal(reply.Plaintext, seed)
	}
	load(call, inFlight, rate, time.Second)
	began := time.Now()
	times, failed := load(call, inFlight, rate, time.Duration(seconds)*time.Second)
	took := time.Since(began).Seconds()
	sort.Float64s(times)
	at := func(share float64) float64 {
		if len(times) == 0 {
			return 0
		}
		return times[int(share*float64(len(times)-1))]
	}
	return json.NewEncoder(os.Stdout).Encode(result{method, inFlight, rate, len(times), failed,
		float64(len(times)) / took, at(0.5), at(0.99), at(1)})
}

// Times are milliseconds. With a rate they count from when a call was due, so that a plugin that stalls is seen to.
func load(call func(context.Context) bool, inFlight, rate int, how time.Duration) ([]float64, int) {
	var lock sync.Mutex
	var times []float64
	failed := 0
	end := time.Now().Add(how)
	due := make(chan time.Time, 1<<20)
	if rate > 0 {
		go func() {
			defer close(due)
			first := time.Now()
			for n := 0; ; n++ {
				next := first.Add(time.Duration(n) * time.Second / time.Duration(rate))
				if next.After(end) {
					return
				}
				time.Sleep(time.Until(next))
				due <- next
			}
		}()
	}
	var workers sync.WaitGroup
	for range inFlight {
		workers.Go(func() {
			for {
				since := time.Now()
				if rate > 0 {
					next, open := <-due
					if !open {
						return
					}
					since = next
				} else if since.After(end) {
					return
				}
				ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
				good := call(ctx)
				cancel()
				millis := float64(time.Since(since).Microseconds()) / 1000
				lock.Lock()
				times = append(times, millis)
				if !good {
					failed++
				}
				lock.Unlock()
			}
		})
	}
	workers.Wait()
	return times, failed
}
