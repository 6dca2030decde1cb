#pragma once
/*
 * Package databases do not say who built a package, and packages of a vendor's own repository look
 * like the distribution's: nginx.org's nginx-1.31.6-r1 stands in Alpine's database like Alpine's
 * nginx. The distribution's advisories say nothing about them, upstream's do.
 */
#include "catalog/analysis.h"

/* Fills package->vendor (and ->cpe where upstream's advisories name it) when the maintainer's name
   and address tell that it was not the distribution. The strings are literals. */
void vendor_recognise(struct package *package, struct slice maintainer);
