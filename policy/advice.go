package policy

// advice says what would change a response that was not stored, or not used, for a reason.
var advice = map[Reason]string{
	PassRule:           "the rule that says `pass`",
	OtherVariant:       "a shorter `Vary`",
	Expired:            "a longer lifetime",
	MustValidate:       "`no-cache` left out, or a rule with `ttl`",
	HitForMiss:         "whatever made that answer private",
	IdentityAlone:      "`public`, `s-maxage` or `CDN-Cache-Control` on the response, or a rule that drops the cookie",
	RequestNoCache:     "the rule that says `obey`",
	RequestMaxAge:      "the rule that says `obey`",
	RequestMinFresh:    "a longer lifetime, or the rule that says `obey`",
	NoStore:            "`no-store` left out, or a rule with `store: true`",
	Private:            "`private` left out, or a rule with `store: true`",
	VaryAny:            "the names of the fields in `Vary`",
	StatusNotCacheable: "`max-age` or `s-maxage`, or a rule with `ttl`",
	NoLifetime:         "`max-age` or `s-maxage`, a rule with `ttl`, or `cache.ttl` in the configuration",
	LifetimeOver:       "a lifetime, or an `ETag` or `Last-Modified` to validate it by",
	SetCookie:          "cookies set only where needed, `public`, or a rule with `unset: [Set-Cookie]`",
	Cookies:            "`public`, `s-maxage`, `CDN-Cache-Control` or `Vary: Cookie`, or a rule that drops the cookies",
	Authorization:      "`public`, `s-maxage` or `must-revalidate`",
	TooLarge:           "a larger `cache.max_object` or `cache.memory`",
	RuleNoStore:        "the rule that says `store: false`",
	NoMemory:           "more `cache.memory`",
	VariantsFull:       "a shorter `Vary`, a rule that makes its fields uniform, or a larger `cache.max_variants`",
	ServerError:        "an origin that is well, or a rule with `ttl`",
	NoBackend:          "a rule with `backend`, or a backend called `default`",
	OriginTimeout:      "longer `timeouts` of the backend",
	Loop:               "a backend that does not lead back here",
}

// Advice returns what would change a response that was not stored or not used for this reason; "" where nothing should.
func (r Reason) Advice() string { return advice[r] }
