"""The command line: `python -m diseaseface …`."""

import argparse
import sys
from collections.abc import Sequence

from diseaseface import commands
from diseaseface.errors import DiseaseFaceError
from diseaseface.settings import STAGES, VERSION

DONE, REFUSED = 0, 1  # argparse itself leaves with 2 on wrong usage


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options, rest = _parser().parse_known_args(argv)
    if rest and options.run is not commands.benchmark:
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return options.run(options, rest) or DONE
    except BrokenPipeError:  # whoever read our output, `head` for one, has had enough
        sys.stdout = None
        return DONE
    except (DiseaseFaceError, OSError) as error:
        said = " ".join(str(error).split()).encode("utf-8", "replace").decode()  # of names that are no text
        print(f"diseaseface: {said}", file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="diseaseface", description="See, and measure, how a disease shows on a face.")
    parser.add_argument("--version", action="version", version=VERSION)
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_transform(subcommands)
    _add_strip(subcommands)
    _add_evaluate(subcommands)
    _add_knowledge(subcommands)
    _add_learn(subcommands)
    _add_models(subcommands)
    _add_train(subcommands)
    _add_cohort(subcommands)
    _add_benchmark(subcommands)
    return parser


def _add_transform(subcommands) -> None:
    command = subcommands.add_parser("transform", help="draw a disease on the face in a photo")
    _add_drawing_options(command)
    command.add_argument("--severity", type=float, required=True, help="0 the photo itself … 1 marked")
    command.add_argument("--out", required=True, metavar="PNG")
    command.add_argument("--pdf", metavar="PDF", help="a report of one page")
    command.add_argument("--csv", metavar="CSV", help="the signs as a table")
    command.add_argument("--bundle", metavar="ZIP", help="all there is: picture, course, films, report in three forms")
    command.set_defaults(run=commands.transform)


def _add_strip(subcommands) -> None:
    command = subcommands.add_parser("strip", help="draw the course of a disease in even steps")
    _add_drawing_options(command)
    command.add_argument("--stages", type=int, default=STAGES)
    command.add_argument("--out", required=True, metavar="PNG")
    command.add_argument("--animation", metavar="GIF|MP4")
    command.set_defaults(run=commands.strip)


def _add_drawing_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("photo", metavar="PHOTO")
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--disease", metavar="D", help="id, name or synonym")
    which.add_argument("--profile", metavar="JSON", help="a profile of your own, as `profile D --json` prints it")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--age", type=float, help="years; signs not seen at this age are left out")
    command.add_argument("--photo-age", type=float, help="years of the person in the photo; the face is aged to --age")
    command.add_argument("--sex", choices=("female", "male"), help="of the person, for a warning where it does not fit")
    command.add_argument("--engine", default="morph", help="morph, or diffusion where its weights are (see models)")
    command.add_argument("--presentation", choices=("typical", "sampled"), default="typical")
    command.add_argument("--side", choices=("left", "right"), help="the person's own")
    command.add_argument("--toward", choices=("disease", "healthy"), default="disease")
    command.add_argument("--report", metavar="JSON")
    _add_mark(command)
    _add_sources(command)


def _add_mark(command: argparse.ArgumentParser) -> None:
    told = "leave out the word in the corner of drawn pictures; their metadata still say that they are synthetic"
    command.add_argument("--no-mark", dest="mark", action="store_false", help=told)


def _add_sources(command: argparse.ArgumentParser) -> None:
    command.add_argument("--primekg", metavar="CSV", help="PrimeKG's kg.csv, whose signs are added")
    command.add_argument("--inferred", action="store_true", help="add signs that graph and names foretell")
    command.add_argument(
        "--language-model", metavar="ID", help="folder or hub id of a text model whose proposals are marked"
    )


def _add_evaluate(subcommands) -> None:
    command = subcommands.add_parser("evaluate", help="read the signs of a photo, or of all below a folder")
    command.add_argument("photo", metavar="PHOTO|FOLDER")
    command.add_argument("--disease", metavar="D")
    command.add_argument("--before", metavar="PHOTO", help="the same person's earlier photo")
    command.add_argument("--csv", metavar="CSV", help="of a folder: a row a photo, with every measure")
    command.add_argument("--sex", choices=("female", "male"), help="of the person, for the norms")
    command.add_argument("--age", type=float, help="of the person in years, for the norms")
    command.add_argument("--map", metavar="PNG", help="where the face departs, and the measurements drawn on it")
    command.add_argument("--report", metavar="JSON")
    _add_sources(command)
    command.set_defaults(run=commands.evaluate)


def _add_knowledge(subcommands) -> None:
    profile = subcommands.add_parser("profile", help="show what a disease does to a face, and who says so")
    profile.add_argument("disease", metavar="D")
    profile.add_argument("--json", action="store_true")
    _add_sources(profile)
    profile.set_defaults(run=commands.profile)
    diseases = subcommands.add_parser("diseases", help="list the diseases that can be drawn")
    diseases.add_argument("--search", metavar="TEXT")
    diseases.add_argument("--json", action="store_true")
    diseases.set_defaults(run=commands.diseases)
    settings = subcommands.add_parser("settings", help="list the settings by environment")
    settings.set_defaults(run=commands.settings)
    describe = subcommands.add_parser("describe", help="find the signs in a description in plain words")
    describe.add_argument("text", metavar="TEXT")
    describe.add_argument("--json", action="store_true")
    describe.set_defaults(run=commands.describe)


def _add_learn(subcommands) -> None:
    command = subcommands.add_parser("learn", help="learn a profile from pictures of healthy and of diseased people")
    for word in ("healthy", "diseased"):
        command.add_argument(f"--{word}", required=True, metavar="DIR", help="pictures, a folder of DSF, or CelebA")
    command.add_argument("--name", required=True, help="of the disease")
    command.add_argument("--out", required=True, metavar="JSON", help="the profile, for --profile")
    command.add_argument("--report", metavar="JSON", help="every measure with its effect and interval")
    command.add_argument("--prior", metavar="D", help="the disease whose known signs effects are shrunk towards")
    command.add_argument("--no-prior", action="store_true", help="do not look the name up among the known diseases")
    command.add_argument("--most", type=int, default=400, help="pictures taken of each group (default 400)")
    command.add_argument("--filter", metavar="NAME=0|1,…", help="of CelebA's attributes, in place of the usual ones")
    command.add_argument("--same-light", action="store_true", help="camera and light agree: absolute colour counts")
    command.add_argument("--as-given", action="store_true", help="learn even where the folders seem to be swapped")
    command.add_argument(
        "--strangers", action="store_true", help="compare groups even where pictures lie on each other"
    )
    command.add_argument(
        "--rounds", type=int, default=3, help="how often what was learned is drawn and mended (default 3; 0: never)"
    )
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=commands.learn)


def _add_models(subcommands) -> None:
    command = subcommands.add_parser("models", help="list the weights of the diffusion engine, and fetch them")
    command.add_argument("--download", action="store_true", help="fetch what is missing; nothing else uses a network")
    command.set_defaults(run=commands.models)


def _add_train(subcommands) -> None:
    command = subcommands.add_parser(
        "train",
        help="train a profile adapter for the diffusion engine",
        epilog="Several devices or machines: python -m torch.distributed.run --nproc-per-node 2 -m diseaseface train "
        "...; accelerate launch does the same, but needs a torchvision that is built for the torch that is here.",
    )
    command.add_argument("--healthy", required=True, metavar="DIR", help="photos of healthy people")
    command.add_argument("--diseased", default="", metavar="DIR", help="photos of people with the one --disease")
    command.add_argument("--drawn", default="", metavar="DIR", help="pictures of this product with reports beside them")
    command.add_argument("--disease", action="append", default=[], metavar="D", help="what is drawn; may be repeated")
    command.add_argument("--most", type=int, default=2000, help="photos taken of each folder (default 2000)")
    command.add_argument("--out", required=True, metavar="DIR")
    command.add_argument("--resume", action="store_true", help="go on from the newest checkpoint in --out")
    for name, kind, default in (
        ("steps", int, 1000),
        ("batch", int, 4),
        ("learning-rate", float, 1e-4),
        ("rank", int, 8),
        ("contrast", float, 0.1),
        ("save-every", int, 200),
        ("test-every", int, 100),
        ("test-examples", int, 16),
        ("seed", int, 0),
    ):
        command.add_argument(f"--{name}", type=kind, default=default, help=f"default {default}")
    patience = "tests without a better one that end the training; default 5 with --diseased, else never"
    command.add_argument("--patience", type=int, help=patience)
    command.add_argument("--precision", choices=("no", "fp16", "bf16"), default="no")
    command.add_argument("--tracker", default="", help="of accelerate, such as tensorboard")
    command.set_defaults(run=commands.train)


def _add_cohort(subcommands) -> None:
    command = subcommands.add_parser(
        "generate-cohort", help="draw many pictures with reports and a datasheet; goes on where it was stopped"
    )
    command.add_argument("--faces", required=True, metavar="DIR")
    command.add_argument("--disease", action="append", required=True, metavar="D", help="may be repeated")
    command.add_argument("--count", type=int, required=True, help="pictures in all")
    command.add_argument("--out", required=True, metavar="DIR")
    command.add_argument("--severity", type=float, nargs=2, default=(0.3, 1.0), metavar=("LOW", "HIGH"))
    command.add_argument("--presentation", choices=("typical", "sampled"), default="sampled")
    command.add_argument("--engine", default="morph")
    command.add_argument("--seed", type=int, default=0)
    _add_mark(command)
    command.add_argument("--ray", type=int, default=0, metavar="WORKERS", help="share the work by Ray Data")
    command.set_defaults(run=commands.generate_cohort)


def _add_benchmark(subcommands) -> None:
    command = subcommands.add_parser(
        "benchmark", help="run a benchmark; its own options follow its name", add_help=False
    )
    command.add_argument("name", metavar="NAME", nargs="?")
    command.set_defaults(run=commands.benchmark)


if __name__ == "__main__":
    sys.exit(main())
