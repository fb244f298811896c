/* A drawn edge or shade beside a text keeps axe from judging it, unless told so. */
() => {
    const usual = {
        ignoreUnicode: true, ignoreLength: false, boldValue: 700, boldTextPt: 14, largeTextPt: 18,
        contrastRatio: { normal: { expected: 4.5 }, large: { expected: 3 } },
        pseudoSizeThreshold: 0.25, shadowOutlineEmMax: 0.2, textStrokeEmMin: 0.03,
    };
    axe.configure({ checks: [{ id: "color-contrast", options: { ...usual, ignorePseudo: true } }] });
    window.looks = { light: new Map(), dark: new Map() };
}

/* What breaks any rule but those of colours, and where. Only what is shown leaves the page: a whole report takes longer
   to hand over than to make. axe's reading of stylesheets beforehand would write styles into the page, which our headers
   forbid, and serves only one rule of a draft. */
async ofColours => {
    const rules = Object.fromEntries(ofColours.map(id => [id, { enabled: false }]));
    const { violations } = await axe.run({ rules, resultTypes: ["violations"], preload: false });
    return violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(node => node.target)]);
}

/* What breaks a rule of colours, of all text that did not look the same at the other width in this theme: its colour and
   the ground that it stands on. */
async ([ofColours, theme]) => {
    const before = looks[theme], now = new Map();
    const hasText = ({ childNodes }) => [...childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const note = (element, under) => {
        const { display, color, opacity, backgroundColor, backgroundImage } = getComputedStyle(element);
        if (display === "none") return;
        const own = [backgroundColor, backgroundImage, opacity].join(" ");
        const isClear = own === "rgba(0, 0, 0, 0) none 1", hidesAll = /^rgb\(.*\) none 1$/.test(own);
        const ground = isClear ? under : hidesAll ? own : under + own;
        const isRead = hasText(element) || element.matches("input, select, textarea");
        if (isRead && element.checkVisibility({ visibilityProperty: true })) now.set(element, color + ground);
        for (const child of element.children) note(child, ground);
    };
    note(document.documentElement, "");
    looks[theme] = now;
    const include = [...now.keys()].filter(element => before.get(element) !== now.get(element));
    if (!include.length) return [];
    const options = { runOnly: ofColours, resultTypes: ["violations"], preload: false };
    const { violations } = await axe.run(before.size ? { include } : document, options);
    return violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(node => node.target)]);
}
