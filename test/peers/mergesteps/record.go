// Writes what each apply and update of the tests of structured-merge-diff takes and leaves into the file MERGE_STEPS, a line of JSON each, so
// that another implementation can be held to it. scripts/mergesteps.mjs builds this file into their package, where the methods ApplyObject
// and UpdateObject of State have made way for these.
package fixture

import (
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"sync"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
	"sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

type recordedSchema struct {
	// The number by which steps name it.
	Schema int
	// By name.
	Types map[string]any
}

type recordedOwner struct {
	Version string
	Applied bool
	Fields  json.RawMessage
}

type recordedStep struct {
	// The test in Go, and the number of its case.
	Test string
	Case int
	// Of the schema.
	Type    any
	TypeOf  int
	Manager string
	Version string
	Apply   bool
	Force   bool
	Object  any
	// Without an owner, as a set of fields; null: none.
	Ignored json.RawMessage
	// Objects are converted between versions, or fields ignored by patterns.
	Special bool
	// What was refused, apart from conflicts.
	Error     string
	Conflicts map[string]json.RawMessage
	Live      any
	Owners    map[string]recordedOwner
}

var recording struct {
	sync.Mutex
	file    *os.File
	cases   map[*State]int
	schemas map[*schema.Schema]int
}

func (s *State) ApplyObject(tv *typed.TypedValue, version fieldpath.APIVersion, manager string, force bool) error {
	err := s.applyObject(tv, version, manager, force)
	s.record(tv, version, recordedStep{Manager: manager, Apply: true, Force: force}, err)
	return err
}

func (s *State) UpdateObject(tv *typed.TypedValue, version fieldpath.APIVersion, manager string) error {
	err := s.updateObject(tv, version, manager)
	s.record(tv, version, recordedStep{Manager: manager}, err)
	return err
}

func (s *State) record(tv *typed.TypedValue, version fieldpath.APIVersion, step recordedStep, err error) {
	recording.Lock()
	defer recording.Unlock()
	if recording.file == nil {
		file, problem := os.Create(os.Getenv("MERGE_STEPS"))
		must(problem)
		recording.file, recording.cases, recording.schemas = file, map[*State]int{}, map[*schema.Schema]int{}
	}
	if _, known := recording.cases[s]; !known {
		recording.cases[s] = len(recording.cases)
	}
	_, plain := s.Updater.Converter.(*dummyConverter)
	step.Test, step.Case, step.Version = caller(), recording.cases[s], string(version)
	step.Type, step.TypeOf = refOf(tv.TypeRef()), schemaNumber(tv.Schema())
	step.Special = !plain || s.Updater.IgnoreFilter != nil
	step.Object, step.Live = jsonOf(tv), jsonOf(s.Live)
	if set := s.Updater.IgnoredFields[version]; set != nil {
		step.Ignored = fieldsOf(set)
	}
	if conflicts, ok := err.(merge.Conflicts); ok {
		disputed := map[string]*fieldpath.Set{}
		for _, conflict := range conflicts {
			if disputed[conflict.Manager] == nil {
				disputed[conflict.Manager] = fieldpath.NewSet()
			}
			disputed[conflict.Manager].Insert(conflict.Path)
		}
		step.Conflicts = map[string]json.RawMessage{}
		for manager, set := range disputed {
			step.Conflicts[manager] = fieldsOf(set)
		}
	} else if err != nil {
		step.Error = err.Error()
	}
	step.Owners = map[string]recordedOwner{}
	for manager, set := range s.Managers {
		step.Owners[manager] = recordedOwner{string(set.APIVersion()), set.Applied(), fieldsOf(set.Set())}
	}
	write(step)
}

func schemaNumber(s *schema.Schema) int {
	number, known := recording.schemas[s]
	if !known {
		number = len(recording.schemas)
		recording.schemas[s] = number
		types := map[string]any{}
		for _, one := range s.Types {
			types[one.Name] = atomOf(one.Atom)
		}
		write(recordedSchema{number, types})
	}
	return number
}

// A type in the members of its YAML, which its Go types are not written as.
func refOf(ref schema.TypeRef) any {
	written := atomOf(ref.Inlined)
	if ref.NamedType != nil {
		written["namedType"] = *ref.NamedType
	}
	if ref.ElementRelationship != nil {
		written["elementRelationship"] = *ref.ElementRelationship
	}
	return written
}

func atomOf(atom schema.Atom) map[string]any {
	written := map[string]any{}
	if atom.Scalar != nil {
		written["scalar"] = *atom.Scalar
	}
	if list := atom.List; list != nil {
		written["list"] = map[string]any{
			"elementType":         refOf(list.ElementType),
			"elementRelationship": list.ElementRelationship,
			"keys":                list.Keys,
		}
	}
	if object := atom.Map; object != nil {
		fields := map[string]any{}
		defaults := map[string]any{}
		for _, field := range object.Fields {
			fields[field.Name] = refOf(field.Type)
			if field.Default != nil {
				defaults[field.Name] = field.Default
			}
		}
		written["map"] = map[string]any{
			"fields":              fields,
			"defaults":            defaults,
			"elementType":         refOf(object.ElementType),
			"elementRelationship": object.ElementRelationship,
		}
	}
	return written
}

func caller() string {
	callers := make([]uintptr, 40)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		frame, more := frames.Next()
		if _, name, found := strings.Cut(frame.Function, "merge_test."); found {
			test, _, _ := strings.Cut(name, ".")
			return strings.TrimPrefix(strings.TrimPrefix(test, "Test"), "test")
		}
		if !more {
			return "?"
		}
	}
}

func jsonOf(tv *typed.TypedValue) any {
	if tv == nil {
		return nil
	}
	return convertMapAnyToMapString(tv.AsValue().Unstructured())
}

func fieldsOf(set *fieldpath.Set) json.RawMessage {
	text, err := set.ToJSON()
	must(err)
	return text
}

func write(line any) {
	text, err := json.Marshal(line)
	must(err)
	_, err = recording.file.Write(append(text, '\n'))
	must(err)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
