// Renders templates and charts as Helm 3 does, many in one process, for test/helm. Each line of standard input is a request in
// JSON, each line of standard output its answer: {"output"} or {"error"}. `create FOLDER` makes a chart as `helm create` does.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"
	_ "unsafe" // for go:linkname

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/release"
)

// The functions of Helm's engine, which exports only the rendering of whole charts.
//
//go:linkname initFunMap helm.sh/helm/v3/pkg/engine.Engine.initFunMap
func initFunMap(e engine.Engine, t *template.Template)

type request struct {
	// A template by itself: its text, its name (`case`), and the data that dot is.
	Template *string `json:"template"`
	Name     string  `json:"name"`
	Data     any     `json:"data"`
	// A chart: its folder or archive, and what the flags of `helm template` say.
	Chart       string   `json:"chart"`
	Release     string   `json:"release"`
	Namespace   string   `json:"namespace"`
	ValueFiles  []string `json:"valueFiles"`
	Sets        []string `json:"sets"`
	IncludeCRDs bool     `json:"includeCRDs"`
}

type answer struct {
	Output *string `json:"output,omitempty"`
	Error  *string `json:"error,omitempty"`
	Millis float64 `json:"millis"`
}

func main() {
	log.SetOutput(io.Discard)
	if len(os.Args) == 3 && os.Args[1] == "create" {
		if _, err := chartutil.Create(filepath.Base(os.Args[2]), filepath.Dir(os.Args[2])); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	// As on the machines of the tests: the local zone is that of Pilotage.
	time.Local = time.UTC
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := encoder.Encode(serve(line)); err != nil {
				panic(err)
			}
			out.Flush()
		}
		if err != nil {
			return
		}
	}
}

func serve(line []byte) answer {
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		return answerOf("", err, time.Now())
	}
	start := time.Now()
	if req.Template != nil {
		output, err := renderTemplate(req)
		return answerOf(output, err, start)
	}
	output, err := renderChart(req)
	return answerOf(output, err, start)
}

func answerOf(output string, err error, start time.Time) answer {
	millis := float64(time.Since(start).Microseconds()) / 1000
	if err != nil {
		text := err.Error()
		return answer{Error: &text, Millis: millis}
	}
	return answer{Output: &output, Millis: millis}
}

func renderTemplate(req request) (output string, err error) {
	// As Helm's engine does.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("rendering template failed: %v", r)
		}
	}()
	if req.Name == "" {
		req.Name = "case"
	}
	if req.Data == nil {
		req.Data = map[string]any{}
	}
	t := template.New("gotpl").Option("missingkey=zero")
	initFunMap(engine.Engine{}, t)
	if _, err := t.New(req.Name).Parse(*req.Template); err != nil {
		return "", err
	}
	var buf strings.Builder
	if err := t.ExecuteTemplate(&buf, req.Name, req.Data); err != nil {
		return "", err
	}
	return buf.String(), nil
}

// renderChart does what `helm template` does, without what asks a registry or a cluster.
func renderChart(req request) (string, error) {
	client := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}})
	client.DryRun = true
	client.ClientOnly = true
	client.ReleaseName = req.Release
	client.Replace = true
	client.IncludeCRDs = req.IncludeCRDs
	client.Namespace = req.Namespace
	if client.Namespace == "" {
		client.Namespace = "default"
	}
	options := values.Options{ValueFiles: req.ValueFiles, Values: req.Sets}
	vals, err := options.MergeValues(getter.All(cli.New()))
	if err != nil {
		return "", err
	}
	requested, err := loader.Load(req.Chart)
	if err != nil {
		return "", err
	}
	switch requested.Metadata.Type {
	case "", "application":
	default:
		return "", fmt.Errorf("%s charts are not installable", requested.Metadata.Type)
	}
	if dependencies := requested.Metadata.Dependencies; dependencies != nil {
		if err := action.CheckDependencies(requested, dependencies); err != nil {
			return "", fmt.Errorf("An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: %w", err)
		}
	}
	made, err := client.Run(requested, vals)
	if err != nil {
		return "", err
	}
	return printed(made), nil
}

// What `helm template` prints: the manifests, then the hooks.
func printed(made *release.Release) string {
	var out strings.Builder
	fmt.Fprintln(&out, strings.TrimSpace(made.Manifest))
	for _, hook := range made.Hooks {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	return out.String()
}
