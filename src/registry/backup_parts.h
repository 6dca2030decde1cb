#pragma once
/* What backups to folders and to files share. */
#include "registry/backup.h"

#define BACKUP_DATABASE     "registry.db"
#define BACKUP_DATABASE_NEW "registry.db.new" /* until all that it names is there */

/* Every blob that the metadata names, once, ascending, until `each` says false. */
bool backup_names(const char *database, bool (*each)(void *context, const struct digest *digest),
                  void *context, struct error *err);
/* The copy is complete: the database gets its name, on the disk. */
bool backup_finish(struct world *world, struct error *err);
