"""The rule import-linter has no contract for: which package may import which library."""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class LibrariesContract(Contract):
    """Each third-party library is imported only where its line says; without a line, nowhere."""

    type_name = "libraries"

    allowed = fields.ListField(subfield=fields.StringField())
    """Lines of the form `library, library: package, package`."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        homes: dict[str, list[str]] = {}
        for line in self.allowed:  # type: ignore[attr-defined]
            libraries, _, packages = line.partition(":")
            for library in libraries.split(","):
                homes[library.strip()] = [package.strip() for package in packages.split(",")]

        roots = {module.split(".")[0] for module in self.session_options["root_packages"]}
        broken = []
        for library in sorted(graph.modules):
            root = library.split(".")[0]
            if root in roots or root in sys.stdlib_module_names:
                continue
            for importer in sorted(graph.find_modules_that_directly_import(library)):
                if not any(f"{importer}.".startswith(f"{home}.") for home in homes.get(root, [])):
                    line_number = graph.get_import_details(importer=importer, imported=library)[0]["line_number"]
                    broken.append((importer, line_number, root, homes.get(root, [])))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, line_number, library, homes in check.metadata["broken"]:
            place = f"only {' and '.join(homes)}" if homes else "no package"
            output.print_error(f"{importer} (l.{line_number}) imports {library}, which {place} may.", bold=False)
