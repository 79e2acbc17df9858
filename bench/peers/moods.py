"""SnowNLP or VADER, asked for the mood of texts: JSON in, JSON out."""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")


def snownlp(texts: list[str]) -> tuple[list[bool], list[bool]]:
    from snownlp import SnowNLP

    chances = [SnowNLP(text).sentiments if text.strip() else 0.5 for text in texts]
    return [chance > 0.5 for chance in chances], [True] * len(chances)


def vader(texts: list[str]) -> tuple[list[bool], list[bool]]:
    from vader import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    scores = [analyzer.polarity_scores(text)["compound"] for text in texts]
    return [one > 0 for one in scores], [abs(one) >= 0.05 for one in scores]


def main() -> None:
    texts = json.load(sys.stdin)
    hear = {"SnowNLP": snownlp, "VADER": vader}[sys.argv[1]]
    hear(["很好" if sys.argv[1] == "SnowNLP" else "good"])
    began = time.process_time()
    positive, sure = hear(texts)
    seconds = time.process_time() - began
    json.dump({"positive": positive, "sure": sure, "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()
