package daemon

import "lacquer/admin"

// Admin says where the administration is reached.
type Admin struct {
	Address  string // as admin.ParseAddress reads it, or admin.Off
	Explicit bool   // the user wrote Address: it is not the default
}

// adminSetting reads where the administration is reached.
func adminSetting() setting[Config] {
	return setting[Config]{key: "admin", form: formOf[string](), set: func(c *Config, text string) error {
		if text != admin.Off {
			if _, err := admin.ParseAddress(text); err != nil {
				return err
			}
		}
		c.Admin = Admin{Address: text, Explicit: true}
		return nil
	}}
}
