"""In which of zdraw's languages a program is answered."""

from starlette.datastructures import Headers


def locale_asked(headers: Headers) -> str:
    """English, unless Accept-Language puts Chinese before it."""
    weights = {"zh": 0.0, "en": 0.0}
    for part in headers.get("accept-language", "").split(","):
        name, _, parameters = part.strip().partition(";")
        language = name.strip().lower().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _weight(parameters))
    return "zh" if weights["zh"] > weights["en"] else "en"


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
