#pragma once
/* What was found, written: as a table and as JSON (docs/schema/doctor.json). */
#include <stdio.h>

#include "ship/doctor/doctor.h"

void doctor_write_table(const struct doctor_result *result, unsigned width, FILE *file);
void doctor_write_json(const struct doctor_result *result, FILE *file);
