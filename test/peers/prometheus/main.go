// Discovers by Prometheus' own Kubernetes service discovery, with each of its roles, and prints every change of a group of targets as a line
// of JSON, until it is killed. Its one argument is a kubeconfig.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/kubernetes"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// A group without targets is one that is gone.
type line struct {
	Role    string              `json:"role"`
	Source  string              `json:"source"`
	Targets []map[string]string `json:"targets"`
}

var roles = []kubernetes.Role{
	kubernetes.RoleNode, kubernetes.RolePod, kubernetes.RoleService,
	kubernetes.RoleEndpoint, kubernetes.RoleEndpointSlice, kubernetes.RoleIngress,
}

var output sync.Mutex

func say(role kubernetes.Role, group *targetgroup.Group) {
	targets := make([]map[string]string, 0, len(group.Targets))
	for _, target := range group.Targets {
		labels := map[string]string{}
		for name, value := range group.Labels {
			labels[string(name)] = string(value)
		}
		for name, value := range target {
			labels[string(name)] = string(value)
		}
		targets = append(targets, labels)
	}
	output.Lock()
	defer output.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(line{string(role), group.Source, targets}); err != nil {
		os.Exit(1)
	}
}

func follow(role kubernetes.Role, kubeconfig string) error {
	config := &kubernetes.SDConfig{Role: role, KubeConfig: kubeconfig}
	registry := prometheus.NewRegistry()
	refresh := discovery.NewRefreshMetrics(registry)
	metrics := config.NewDiscovererMetrics(registry, refresh)
	if err := metrics.Register(); err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil)).With("role", role)
	discoverer, err := config.NewDiscoverer(discovery.DiscovererOptions{Logger: logger, Metrics: metrics})
	if err != nil {
		return err
	}
	groups := make(chan []*targetgroup.Group)
	go discoverer.Run(context.Background(), groups)
	go func() {
		for changed := range groups {
			for _, group := range changed {
				say(role, group)
			}
		}
	}()
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: prometheus KUBECONFIG")
		os.Exit(2)
	}
	for _, role := range roles {
		if err := follow(role, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, role, err)
			os.Exit(1)
		}
	}
	select {}
}
