"""How well and how fast accounts are linked: debar beside its peers, in one run.

    python -m benchmarks.linking quality --worlds harbour,bazaar --variants base --seeds 1,2,3

Law: one command makes every figure that the documents state, and writes down what it was asked.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.linking.labels import TASKS, run_labels
from benchmarks.linking.quality import METHODS, Sample, make_world, plain, run_quality
from benchmarks.linking.scale import PEERS_ACCOUNTS_MAX, run_scale, scale_table
from benchmarks.linking.shown.page import render_page
from benchmarks.linking.shown.plots import frontier_picture
from benchmarks.linking.shown.report import frontier_tables, labels_table, quality_tables, render_text
from benchmarks.linking.supervised.ceiling import ceiling_table, run_ceiling
from benchmarks.linking.world import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.linking.shown.report import Table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked, print the tables, write the files."""
    asked = _parser().parse_args(arguments)
    document: dict[str, Any] = {"asked": {name: _shown(value) for name, value in vars(asked).items()}}
    if asked.task in ("quality", "all"):
        document["quality"] = _quality(asked, quality_tables)
    if asked.task == "frontier":
        document["quality"] = _quality(asked, frontier_tables)
    if asked.task == "ceiling":
        document["ceiling"] = _ceiling(asked)
    if asked.task in ("labels", "all"):
        document["labels"] = _labels(asked)
    if asked.task in ("scale", "all"):
        document["scale"] = _scale(asked)
    if asked.json is not None:
        asked.json.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    if asked.svg is not None:
        asked.svg.write_text(frontier_picture(document["quality"]), encoding="utf-8")
    if asked.html is not None:
        asked.html.write_text(render_page(document), encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking", description=__doc__)
    parser.add_argument("task", choices=("quality", "frontier", "ceiling", "labels", "scale", "all"))
    parser.add_argument("--worlds", type=_names, default="harbour,bazaar")
    parser.add_argument("--variants", type=_names, default="base", help=f"of {', '.join(VARIANTS)}")
    parser.add_argument("--seeds", type=_numbers, default="1")
    parser.add_argument("--owners", type=int, default=10_000)
    parser.add_argument(
        "--peers",
        type=_names,
        default="splink,naive,pairwise",
        help="or: none; reviewed: debar with 200 labels",
    )
    parser.add_argument("--peers-only", action="store_true", help="leave debar out")
    parser.add_argument("--train", type=_numbers, default="301,302", help="seeds to supervise a ceiling with")
    parser.add_argument("--subjects", type=int, default=300, help="owners named, a world")
    parser.add_argument("--anybody", type=int, default=200, help="accounts named, a world")
    parser.add_argument("--labels", type=_names, default=",".join(TASKS), help="labelled tasks")
    parser.add_argument("--sizes", type=_numbers, default="100000,1000000", help="accounts to time")
    parser.add_argument("--peers-max", type=int, default=PEERS_ACCOUNTS_MAX, help="most accounts for peers")
    parser.add_argument("--keep", type=Path, help="folder in which the tables to time are kept")
    parser.add_argument("--json", type=Path, help="write everything there")
    parser.add_argument("--svg", type=Path, help="write the frontiers as a picture there")
    parser.add_argument("--html", type=Path, help="write a page with the plots there")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part and part != "none")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _shown(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _methods(asked: argparse.Namespace) -> tuple[str, ...]:
    methods: tuple[str, ...] = asked.peers if asked.peers_only else ("debar", *asked.peers)
    unknown = set(methods) - set(METHODS)
    if unknown:
        raise SystemExit(f"no such peer: {', '.join(sorted(unknown))}; there are {', '.join(METHODS)}")
    return methods


def _labels(asked: argparse.Namespace) -> list[dict[str, Any]]:
    results = [plain(result) for result in run_labels(asked.labels, _methods(asked), _say)]
    print(render_text(labels_table(results)))
    return results


def _ceiling(asked: argparse.Namespace) -> list[dict[str, Any]]:
    cases = [(world, variant) for variant in asked.variants for world in asked.worlds]
    runs = run_ceiling(
        cases, train=asked.train, seeds=asked.seeds, owners=asked.owners, subjects=asked.subjects, say=_say
    )
    results = [plain(one) for one in runs]
    print(render_text(ceiling_table(results)))
    return results


def _scale(asked: argparse.Namespace) -> list[dict[str, Any]]:
    runs = run_scale(asked.sizes, peers=asked.peers, peers_max=asked.peers_max, folder=asked.keep, say=_say)
    results = [plain(one) for one in runs]
    print(render_text(scale_table(results)))
    return results


def _quality(
    asked: argparse.Namespace, tables: Callable[[Sequence[dict[str, Any]]], tuple[Table, ...]]
) -> list[dict[str, Any]]:
    methods = _methods(asked)
    worlds = [
        functools.partial(make_world, name, variant, seed, owners=asked.owners)
        for variant in asked.variants
        for name in asked.worlds
        for seed in asked.seeds
    ]
    sample = Sample(subjects=asked.subjects, anybody=asked.anybody)
    results = []
    for result in run_quality(worlds, methods, sample, _say):
        results.append(plain(result))
        _say(f"  average precision {result['pairs']['average_precision']:.3f}")
    for table in tables(results):
        print(render_text(table))
    return results


if __name__ == "__main__":
    raise SystemExit(main())
