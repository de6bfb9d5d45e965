package policy

import (
	"strings"

	"lacquer/message"
)

// BearsIdentity reports whether a request might be answered for its sender alone: it carries Authorization or any cookie. Drop
// the cookies of analytics first.
func BearsIdentity(r *message.Request) bool {
	return hasAuthorization(r.Header) || hasCookies(r.Header)
}

func hasAuthorization(h message.Header) bool { return h.Has("Authorization") }

// hasCookies takes any text in a Cookie field for a cookie: what we cannot read, the application may.
func hasCookies(h message.Header) bool {
	for i := range h {
		if message.EqualFold(h[i].Name, "Cookie") && h[i].Value != "" {
			return true
		}
	}
	return false
}

// DropAnalyticsCookies removes the cookies that only scripts in the browser read, from a request that has not been looked up or
// forwarded yet. No page depends on them, but nearly every visitor has some, and would bear identity by them.
func DropAnalyticsCookies(h *message.Header) {
	if hasCookies(*h) {
		message.FilterCookies(h, func(name string) bool { return !isAnalyticsCookie(name) })
	}
}

func isAnalyticsCookie(name string) bool {
	for _, product := range analyticsCookies {
		for _, pattern := range product.cookies {
			if prefix, open := strings.CutSuffix(pattern, "*"); open && strings.HasPrefix(name, prefix) || name == pattern {
				return true
			}
		}
	}
	return false
}

// analyticsCookies lists the cookies of analytics and advertising by product; a star stands for the rest of a name. Cookies that
// an application reads to decide what it shows have no place here, however close they are: consent, A/B tests, chat, login.
var analyticsCookies = []struct {
	product string
	cookies []string
}{
	{"Google Analytics", []string{"_ga", "_ga_*", "_gid", "_gat*", "_gac_*", "_dc_gtm_*", "AMP_TOKEN"}},
	{"Google Analytics, before 2013", []string{"__utm*"}},
	{"Google Ads and AdSense", []string{"_gcl_*", "__gads", "__gpi", "__gpi_*", "__eoi"}},
	{"Meta Pixel", []string{"_fbp", "_fbc"}},
	{"Matomo, formerly Piwik", []string{"_pk_*"}},
	{"Hotjar", []string{"_hj*"}},
	{"Microsoft Clarity", []string{"_clck", "_clsk"}},
	{"Microsoft Advertising", []string{"_uetsid", "_uetvid"}},
	{"HubSpot", []string{"__hstc", "__hssc", "__hssrc", "hubspotutk"}},
	{"Adobe Analytics", []string{"s_cc", "s_sq", "s_vi", "s_fid", "AMCV_*", "AMCVS_*"}},
	{"Yandex Metrica", []string{"_ym_uid", "_ym_d", "_ym_isad", "_ym_visorc", "_ym_visorc_*"}},
	{"LinkedIn Insight", []string{"li_fat_id", "ln_or"}},
	{"TikTok Pixel", []string{"_ttp", "_tt_enable_cookie", "ttcsid", "ttcsid_*"}},
	{"Pinterest Tag", []string{"_pin_unauth", "_epik"}},
	{"Snap Pixel", []string{"_scid", "_scid_r"}},
	{"Reddit Pixel", []string{"_rdt_uuid", "_rdt_cid"}},
	{"X Pixel", []string{"_twclid"}},
	{"Quantcast", []string{"__qca"}},
	{"Chartbeat", []string{"_cb", "_chartbeat2", "_chartbeat4", "_cb_ls", "_cb_svref"}},
	{"Amplitude", []string{"AMP_*", "amplitude_id*"}},
	{"Segment", []string{"ajs_anonymous_id"}},
}
