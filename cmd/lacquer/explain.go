package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lacquer/admin"
)

func explainCommand() *cobra.Command {
	var f seatFlags
	var q admin.Question
	var headers []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain URL",
		Short: "tell why a URL is a hit or a miss",
		Long: "Tell what would become of a request: the key, the rules that match, what is stored, where its lifetime comes from. Where nothing stored can be\n" +
			"used, the origin is asked; nothing of its answer is kept.",
		Example: "  lacquer explain https://example.org/basket -H 'Cookie: session=1'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("explain takes one URL, such as https://example.org/news/")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			q.URL = args[0]
			var err error
			if q.Headers, err = parseHeaders(headers); err != nil {
				return err
			}
			asked, err := f.open()
			if err != nil {
				return err
			}
			defer asked.Close()
			e, err := asked.Explain(c.Context(), q)
			if err != nil {
				return failure{err}
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), e)
			}
			_, err = fmt.Fprint(c.OutOrStdout(), explanationText(&e))
			return asFailure(err)
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringArrayVarP(&headers, "header", "H", nil, "`'Name: value'` of the request, may be repeated")
	flags.StringVarP(&q.Method, "method", "X", "GET", "`METHOD` of the request")
	flags.BoolVar(&asJSON, "json", false, "print the answer as JSON")
	f.add(c)
	return c
}

// parseHeaders reads what stands behind -H.
func parseHeaders(texts []string) ([]admin.Field, error) {
	var fields []admin.Field
	for _, text := range texts {
		name, value, found := strings.Cut(text, ":")
		if !found || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("--header: %q is no field; write it like 'Accept-Language: de'", text)
		}
		fields = append(fields, admin.Field{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return fields, nil
}
