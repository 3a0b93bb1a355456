"""Labels and sheets, drawn from values of the domain: PDF for office printers, ZPL for label printers."""
