package site

// firstArticles are those with which the site begins.
func firstArticles() []*Article {
	return []*Article{
		{
			Number: 1,
			Title:  "Thirty coats",
			Object: "Soup bowl",
			Text: "A bowl that is to last gets some thirty coats, and each has to harden before the next goes on. The thinner the coat, " +
				"the longer the bowl lives.\n\nNobody sees the first twenty. They fill the grain of the wood, they are rubbed down, and " +
				"they carry what comes after them. What shines in the end is only the last coat, thin as a breath.",
			Comments: []Comment{{At: "09:12", Name: "Ines", Text: "Ours is from my grandmother, and it still looks new."}},
		},
		{
			Number: 2,
			Title:  "Why lacquer dries in the damp",
			Object: "Tea caddy",
			Text: "Paint dries when water leaves it. Lacquer from the tree hardens when water comes: an enzyme in the sap takes oxygen from " +
				"moist air and ties the molecules together.\n\nSo a workshop has a cupboard that is kept warm and damp. A coat that would stay " +
				"sticky for weeks on a dry shelf is hard in there by the next morning.",
		},
		{
			Number: 3,
			Title:  "A brush that is sharpened",
			Object: "Brush",
			Text: "The hair of a lacquer brush runs through the whole handle. When the tip is worn, the wood is cut back like that of a pencil, " +
				"and there is new hair.\n\nA good brush serves for decades and gets shorter every year.",
		},
		{
			Number: 4,
			Title:  "Polishing with charcoal",
			Object: "Tray",
			Text: "Between two coats the surface is ground with a block of charcoal and water. It takes off what stands proud, and leaves " +
				"a matt skin for the next coat to hold on to.\n\nThe last polish is done with the ball of the thumb.",
		},
		{
			Number: 5,
			Title:  "Gold in the cracks",
			Object: "Mended cup",
			Text: "A cup that fell is put together again with lacquer, and the seams are dusted with gold. The break is not hidden: it is part " +
				"of what happened to the cup.\n\nIt holds tea as before. One only has to wait some weeks for it.",
		},
	}
}
