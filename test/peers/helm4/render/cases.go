package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/semver/v3"
	"github.com/Masterminds/sprig/v3"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"
	goYaml "sigs.k8s.io/yaml/goyaml.v3"
)

// functionsNamed installs the functions that a table was made with: those of Helm's engine, of sprig alone, or the few that the tables of
// text/template itself need.
func functionsNamed(name string, t *template.Template) {
	switch name {
	case "sprig":
		t.Funcs(sprig.TxtFuncMap())
	case "few":
		t.Funcs(few)
		t.Funcs(template.FuncMap{"include": func(name string, data any) (string, error) {
			var b strings.Builder
			err := t.ExecuteTemplate(&b, name, data)
			return b.String(), err
		}})
	default:
		initFunMap(engine.Engine{}, t)
	}
}

var few = template.FuncMap{
	"list": func(items ...any) []any { return items },
	"dict": func(items ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i+1 < len(items); i += 2 {
			m[fmt.Sprint(items[i])] = items[i+1]
		}
		return m
	},
	"add":       func(a, b int) int { return a + b },
	"fails":     func(message string) (string, error) { return "", errors.New(message) },
	"isString":  func(s string) string { return "string " + s },
	"isBool":    func(b bool) string { return fmt.Sprint("bool ", b) },
	"isInt":     func(i int) string { return fmt.Sprint("int ", i) },
	"isInt64":   func(i int64) string { return fmt.Sprint("int64 ", i) },
	"isUint":    func(i uint) string { return fmt.Sprint("uint ", i) },
	"isFloat":   func(f float64) string { return fmt.Sprint("float64 ", f) },
	"isMap":     func(m map[string]any) string { return fmt.Sprint("map ", len(m)) },
	"isSlice":   func(m []any) string { return fmt.Sprint("slice ", len(m)) },
	"isStrings": func(m []string) string { return fmt.Sprint("strings ", len(m)) },
	"isBytes":   func(m []byte) string { return fmt.Sprint("bytes ", len(m)) },
	"isAny":     func(a any) string { return fmt.Sprintf("any %T %v", a, a) },
	"nothing":   func() any { return nil },
	"some":      func() any { return "some" },
	"join":      func(separator string, items ...string) string { return strings.Join(items, separator) },
	"pair":      func(a string, b int, rest ...any) string { return fmt.Sprint(a, b, len(rest)) },
}

// formatted is what fmt prints of arguments, with a format or without.
func formatted(format *string, args []any) string {
	values := make([]any, len(args))
	for i, arg := range args {
		values[i] = valueOf(arg)
	}
	if format == nil {
		return fmt.Sprint(values...)
	}
	return fmt.Sprintf(*format, values...)
}

// coded answers a line of the tables of encodings: which codec, and what it is given.
func coded(codec string, in any) map[string]any {
	v := valueOf(in)
	text, _ := v.(string)
	switch codec {
	case "yaml/write":
		return map[string]any{"yaml": guarded(func() (any, error) {
			b, err := yaml.Marshal(v)
			return string(b), err
		}), "pretty": guarded(func() (any, error) {
			var b bytes.Buffer
			e := goYaml.NewEncoder(&b)
			e.SetIndent(2)
			err := e.Encode(v)
			return b.String(), err
		})}
	case "yaml/read":
		return decoded(func(out any) error { return yaml.Unmarshal([]byte(text), out) })
	case "json/write":
		functions := sprig.TxtFuncMap()
		return map[string]any{"json": guarded(func() (any, error) {
			b, err := json.Marshal(v)
			return string(b), err
		}), "raw": guarded(func() (any, error) { return functions["toRawJson"].(func(any) string)(v), nil })}
	case "json/read":
		return decoded(func(out any) error { return json.Unmarshal([]byte(text), out) })
	case "toml/write":
		var b bytes.Buffer
		if err := toml.NewEncoder(&b).Encode(v); err != nil {
			return map[string]any{"error": err.Error()}
		}
		return map[string]any{"toml": b.String()}
	case "toml/read":
		m := map[string]any{}
		if err := toml.Unmarshal([]byte(text), &m); err != nil {
			return map[string]any{"error": err.Error()}
		}
		return map[string]any{"value": typedNotation(m)}
	case "dates/format":
		return formattedTime(v.([]any))
	case "dates/parse":
		pair := v.([]any)
		t, err := time.ParseInLocation(pair[0].(string), pair[1].(string), time.UTC)
		return answered(t.String(), err)
	case "dates/duration":
		functions := sprig.TxtFuncMap()
		d, err := time.ParseDuration(text)
		out := answered(d.String(), err)
		out["r"] = d.Round(time.Second).String()
		out["round"] = functions["durationRound"].(func(any) string)(text)
		out["dur"] = functions["duration"].(func(any) string)(text)
		return out
	case "semver/version":
		return answered(semverParts(text))
	case "semver/compare":
		pair := v.([]any)
		fits := sprig.TxtFuncMap()["semverCompare"].(func(string, string) (bool, error))
		return answered(fits(pair[0].(string), pair[1].(string)))
	case "bases/cases":
		functions := sprig.TxtFuncMap()
		out := map[string]any{}
		for _, name := range []string{"b64enc", "b64dec", "b32enc", "b32dec"} {
			out[name] = notationOf(functions[name].(func(string) string)(text))
		}
		return out
	}
	return map[string]any{"error": "no codec " + codec}
}

func semverParts(text string) (any, error) {
	v, err := semver.NewVersion(text)
	if err != nil {
		return nil, err
	}
	major, minor, patch := v.IncMajor(), v.IncMinor(), v.IncPatch()
	return []string{
		fmt.Sprint(v.Major()), fmt.Sprint(v.Minor()), fmt.Sprint(v.Patch()), v.Prerelease(), v.Metadata(),
		v.Original(), v.String(), major.String(), minor.String(), patch.String(),
	}, nil
}

func decoded(decode func(out any) error) map[string]any {
	var out any
	err := decode(&out)
	return answered(notationOf(out), err)
}

func answered(value any, err error) map[string]any {
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"value": value}
}

// guarded is the result, or what is left out of the tables: an error or a panic.
func guarded(make func() (any, error)) (result any) {
	defer func() {
		if r := recover(); r != nil {
			result = map[string]any{"panic": fmt.Sprint(r)}
		}
	}()
	made, err := make()
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return made
}

// formattedTime is a time of seconds, nanoseconds and a zone: by a layout, as it prints, and a month and three days later.
func formattedTime(in []any) map[string]any {
	seconds, _ := strconv.ParseInt(in[0].(string), 10, 64)
	nanos, _ := strconv.ParseInt(in[1].(string), 10, 64)
	zone, err := time.LoadLocation(in[2].(string))
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	t := time.Unix(seconds, nanos).In(zone)
	return map[string]any{"value": t.Format(in[3].(string)), "text": t.String(), "later": t.AddDate(0, 1, 3).String()}
}

// typedNotation marks what TOML tells apart: i1, f1.5, and times with their type.
func typedNotation(in any) any {
	switch v := in.(type) {
	case nil, bool, string:
		return v
	case int64:
		return "i" + strconv.FormatInt(v, 10)
	case float64:
		return "f" + strconv.FormatFloat(v, 'g', -1, 64)
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = typedNotation(x)
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = typedNotation(x)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = typedNotation(x)
		}
		return out
	}
	return fmt.Sprintf("%T %v", in, in)
}
