// Watches ConfigMaps with client-go's informers in three ways and prints each event as a line of JSON, until its input ends.
//
// typed: the shared informer of a clientset that asks for protobuf first, with a resync period; dynamic: unstructured objects;
// metadata: PartialObjectMetadata. An update that only the resync made is printed as "resync".
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const resync = 2 * time.Second

var configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

type line struct {
	Informer string            `json:"informer"`
	Event    string            `json:"event"`
	Name     string            `json:"name,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	Message  string            `json:"message,omitempty"`
}

var output sync.Mutex

func say(l line) {
	output.Lock()
	defer output.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(l); err != nil {
		os.Exit(1)
	}
}

func handlers(informer string) cache.ResourceEventHandler {
	tell := func(event string, obj any) {
		if gone, ok := obj.(cache.DeletedFinalStateUnknown); ok {
			obj = gone.Obj
		}
		object, err := meta.Accessor(obj)
		if err != nil {
			say(line{Informer: informer, Event: "error", Message: err.Error()})
			return
		}
		say(line{Informer: informer, Event: event, Name: object.GetName(), Labels: object.GetLabels()})
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) { tell("add", obj) },
		UpdateFunc: func(before, after any) {
			old, _ := meta.Accessor(before)
			now, _ := meta.Accessor(after)
			if old.GetResourceVersion() == now.GetResourceVersion() {
				tell("resync", after)
			} else {
				tell("update", after)
			}
		},
		DeleteFunc: func(obj any) { tell("delete", obj) },
	}
}

func watch(ctx context.Context, name string, informer cache.SharedIndexInformer) error {
	err := informer.SetWatchErrorHandler(func(_ *cache.Reflector, err error) {
		say(line{Informer: name, Event: "lost", Message: err.Error()})
	})
	if err != nil {
		return err
	}
	if _, err := informer.AddEventHandler(handlers(name)); err != nil {
		return err
	}
	go informer.Run(ctx.Done())
	go func() {
		if cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			say(line{Informer: name, Event: "synced"})
		}
	}()
	return nil
}

func run(ctx context.Context, kubeconfig, namespace string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	protobuf := rest.CopyConfig(config)
	protobuf.ContentType = runtime.ContentTypeProtobuf
	protobuf.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	clientset, err := kubernetes.NewForConfig(protobuf)
	if err != nil {
		return err
	}
	unstructured, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	partial, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	all := func(*metav1.ListOptions) {}
	typed := informers.NewSharedInformerFactoryWithOptions(clientset, resync, informers.WithNamespace(namespace))
	untyped := dynamicinformer.NewFilteredDynamicSharedInformerFactory(unstructured, 0, namespace, all)
	metas := metadatainformer.NewFilteredSharedInformerFactory(partial, 0, namespace, all)
	for name, informer := range map[string]cache.SharedIndexInformer{
		"typed":    typed.Core().V1().ConfigMaps().Informer(),
		"dynamic":  untyped.ForResource(configMaps).Informer(),
		"metadata": metas.ForResource(configMaps).Informer(),
	} {
		if err := watch(ctx, name, informer); err != nil {
			return err
		}
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: informers KUBECONFIG NAMESPACE")
		os.Exit(2)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := run(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
