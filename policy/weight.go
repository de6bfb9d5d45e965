package policy

import "lacquer/message"

// fullWeight is the weight of what is named without one (RFC 9110 section 12.4.2). Weights are counted in thousandths.
const fullWeight = 1000

// parseWeight reads a weight: 0 to 1 with at most three digits behind the point.
func parseWeight(s string) (thousandths int, ok bool) {
	if s == "" || s[0] != '0' && s[0] != '1' || len(s) > len("0.000") || len(s) > 1 && s[1] != '.' {
		return 0, false
	}
	thousandths = fullWeight * int(s[0]-'0')
	for i, unit := 2, 100; i < len(s); i, unit = i+1, unit/10 {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		thousandths += unit * int(s[i]-'0')
	}
	if thousandths > fullWeight {
		return 0, false
	}
	return thousandths, true
}

// appendWeight appends what parseWeight reads, without zeroes at its end.
func appendWeight(dst []byte, thousandths int) []byte {
	dst = append(dst, '0'+byte(thousandths/fullWeight))
	for rest, unit := thousandths%fullWeight, 100; rest > 0; rest, unit = rest%unit, unit/10 {
		if unit == 100 {
			dst = append(dst, '.')
		}
		dst = append(dst, '0'+byte(rest/unit))
	}
	return dst
}

// weightOf reads the parameters of a member of an Accept field, if they are nothing or a weight.
func weightOf(parameters string) (thousandths int, ok bool) {
	if parameters == "" {
		return fullWeight, true
	}
	if len(parameters) < len("q=") || !message.EqualFold(parameters[:len("q=")], "q=") {
		return 0, false
	}
	return parseWeight(parameters[len("q="):])
}
