"""How the page looks: narrow enough to see a picture whole, and to be used on a phone."""

#: Pixels. A column so narrow that a picture, and a grid of four, is seen whole without scrolling.
COLUMN, PICTURE = 620, 560
CSS = f"""
.gradio-container {{ max-width: {COLUMN}px !important; margin: 0 auto !important; }}
#pictures {{ height: min({PICTURE}px, 94vw) !important; }}
#language label {{ padding: 2px 10px; }}
#own .grid-container {{
    grid-template-columns: repeat(auto-fill, minmax(100px, 1fr)) !important;
}}
#own .caption-label {{
    max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}}
#status {{ min-height: 3em; padding: 0; }}
#status .html-container {{ padding: 0; }}
#status progress {{
    appearance: none; display: block; width: 100%; height: 8px; margin-top: 6px;
    border: 0; border-radius: 4px; overflow: hidden;
    color: var(--primary-500); background: var(--neutral-200);
}}
#status progress::-webkit-progress-bar {{ background: var(--neutral-200); }}
#status progress::-webkit-progress-value {{ background: var(--primary-500); }}
#status progress::-moz-progress-bar {{ background: var(--primary-500); }}
#charts svg {{ display: block; width: 100%; height: auto; margin: 12px 0; }}
#charts text {{ font-size: 11px; fill: var(--body-text-color); }}
#charts .whole {{ fill: var(--primary-300); }}
#charts .part {{ fill: var(--primary-600); }}
"""


def guidance_css(low: float, high: float, most: float) -> str:
    """Underlines the advised part of the slider `#guidance`, which goes from 0 to `most`."""
    begin, end = (f"{100 * value / most:g}%" for value in (low, high))
    return f"""
#guidance input[type=range] {{
    height: 20px; padding: 6px 0 0; background: linear-gradient(to right, transparent {begin},
        #16a34a {begin}, #16a34a {end}, transparent {end}) bottom / 100% 4px no-repeat;
}}
"""
