/*
 * TLS by the GnuTLS that libmicrohttpd brings. Certificate and key are read again when their files
 * change: each handshake takes the newest set, connections keep theirs. An older set is kept for a
 * while, since a handshake may still be using it.
 */
#include <dlfcn.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "net/server_parts.h"

enum { TLS_FILE_MAX = 1 << 20, TLS_CHAIN_MAX = 16, TLS_OLD_SECONDS = 600 };

struct gnutls_api {
    __typeof__(gnutls_pcert_list_import_x509_raw) *pcert_list_import_x509_raw;
    __typeof__(gnutls_pcert_deinit) *pcert_deinit;
    __typeof__(gnutls_privkey_init) *privkey_init;
    __typeof__(gnutls_privkey_import_x509_raw) *privkey_import_x509_raw;
    __typeof__(gnutls_privkey_deinit) *privkey_deinit;
    __typeof__(gnutls_pubkey_init) *pubkey_init;
    __typeof__(gnutls_pubkey_deinit) *pubkey_deinit;
    __typeof__(gnutls_pubkey_import_privkey) *pubkey_import_privkey;
    __typeof__(gnutls_pubkey_get_key_id) *pubkey_get_key_id;
    __typeof__(gnutls_session_get_ptr) *session_get_ptr;
    __typeof__(gnutls_certificate_get_peers) *certificate_get_peers;
    __typeof__(gnutls_certificate_verify_peers2) *certificate_verify_peers2;
    __typeof__(gnutls_x509_crt_init) *x509_crt_init;
    __typeof__(gnutls_x509_crt_import) *x509_crt_import;
    __typeof__(gnutls_x509_crt_get_dn_by_oid) *x509_crt_get_dn_by_oid;
    __typeof__(gnutls_x509_crt_deinit) *x509_crt_deinit;
    __typeof__(gnutls_record_send) *record_send;
    __typeof__(gnutls_strerror) *strerror;
};

/* A certificate chain with its key. */
struct tls_set {
    struct tls_set *older;
    unsigned long long retired; /* milliseconds; 0: in use */
    gnutls_pcert_st chain[TLS_CHAIN_MAX];
    unsigned chain_len;
    gnutls_privkey_t key;
};

struct tls {
    const char *certificate, *key;
    char *trust; /* PEM of the client CA */
    bool client_required, was_told;
    struct timespec seen[2]; /* when the files changed last */
    pthread_mutex_t lock;
    struct tls_set *newest;
};

static struct gnutls_api gnutls;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool loaded;

static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    __builtin_memcpy(function, &found, sizeof found);
    return found != NULL;
}

static bool find_certificate_calls(void *library)
{
    return find(library, "gnutls_x509_crt_init", &gnutls.x509_crt_init) &&
           find(library, "gnutls_x509_crt_import", &gnutls.x509_crt_import) &&
           find(library, "gnutls_x509_crt_get_dn_by_oid", &gnutls.x509_crt_get_dn_by_oid) &&
           find(library, "gnutls_x509_crt_deinit", &gnutls.x509_crt_deinit) &&
           find(library, "gnutls_certificate_get_peers", &gnutls.certificate_get_peers) &&
           find(library, "gnutls_certificate_verify_peers2", &gnutls.certificate_verify_peers2);
}

static bool find_key_calls(void *library)
{
    return find(library, "gnutls_pubkey_init", &gnutls.pubkey_init) &&
           find(library, "gnutls_pubkey_deinit", &gnutls.pubkey_deinit) &&
           find(library, "gnutls_pubkey_import_privkey", &gnutls.pubkey_import_privkey) &&
           find(library, "gnutls_pubkey_get_key_id", &gnutls.pubkey_get_key_id);
}

static void load(void)
{
    void *library = dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL);
    loaded =
        library &&
        find(library, "gnutls_pcert_list_import_x509_raw", &gnutls.pcert_list_import_x509_raw) &&
        find(library, "gnutls_pcert_deinit", &gnutls.pcert_deinit) &&
        find(library, "gnutls_privkey_init", &gnutls.privkey_init) &&
        find(library, "gnutls_privkey_import_x509_raw", &gnutls.privkey_import_x509_raw) &&
        find(library, "gnutls_privkey_deinit", &gnutls.privkey_deinit) &&
        find(library, "gnutls_session_get_ptr", &gnutls.session_get_ptr) &&
        find(library, "gnutls_record_send", &gnutls.record_send) &&
        find(library, "gnutls_strerror", &gnutls.strerror) && find_certificate_calls(library) &&
        find_key_calls(library);
}

static void set_free(struct tls_set *set)
{
    for (unsigned i = 0; i < set->chain_len; i++)
        gnutls.pcert_deinit(&set->chain[i]);
    if (set->key)
        gnutls.privkey_deinit(set->key);
    free(set);
}

static gnutls_datum_t datum(struct slice bytes)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)bytes.at, (unsigned)bytes.len};
}

/* Whether the key is the certificate's: else every handshake would fail. */
static bool set_fits(const struct tls_set *set)
{
    unsigned char of_certificate[64], of_key[64];
    size_t certificate_len = sizeof of_certificate, key_len = sizeof of_key;
    gnutls_pubkey_t public_key;
    if (gnutls.pubkey_init(&public_key) < 0)
        return false;
    bool known =
        gnutls.pubkey_import_privkey(public_key, set->key, 0, 0) >= 0 &&
        gnutls.pubkey_get_key_id(public_key, 0, of_key, &key_len) >= 0 &&
        gnutls.pubkey_get_key_id(set->chain[0].pubkey, 0, of_certificate, &certificate_len) >= 0;
    gnutls.pubkey_deinit(public_key);
    return known && certificate_len == key_len && memcmp(of_certificate, of_key, key_len) == 0;
}

static bool set_fill(struct tls_set *set, const struct tls *tls, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct slice chain, key;
    arena_init(&arena, 8 * TLS_FILE_MAX);
    if (!file_read(tls->certificate, TLS_FILE_MAX, &arena, &chain, err) ||
        !file_read(tls->key, TLS_FILE_MAX, &arena, &key, err))
        return false;
    gnutls_datum_t chain_bytes = datum(chain), key_bytes = datum(key);
    unsigned count = TLS_CHAIN_MAX;
    int failed =
        gnutls.pcert_list_import_x509_raw(set->chain, &count, &chain_bytes, GNUTLS_X509_FMT_PEM,
                                          GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    if (failed < 0)
        return error_set(err, ERROR_FORMAT, "certificate %s: %s", tls->certificate,
                         gnutls.strerror(failed));
    set->chain_len = count;
    failed = gnutls.privkey_init(&set->key);
    if (failed >= 0)
        failed = gnutls.privkey_import_x509_raw(set->key, &key_bytes, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (failed < 0)
        return error_set(err, ERROR_FORMAT, "key %s: %s", tls->key, gnutls.strerror(failed));
    return set_fits(set) ||
           error_set(err, ERROR_FORMAT, "%s is not the key of %s", tls->key, tls->certificate);
}

static bool files_changed(struct tls *tls)
{
    const char *const names[] = {tls->certificate, tls->key};
    bool changed = false;
    for (unsigned i = 0; i < 2; i++) {
        struct stat facts;
        if (stat(names[i], &facts) != 0)
            continue; /* between two renames perhaps: asked again in a second */
        changed |= facts.st_mtim.tv_sec != tls->seen[i].tv_sec ||
                   facts.st_mtim.tv_nsec != tls->seen[i].tv_nsec;
        tls->seen[i] = facts.st_mtim;
    }
    return changed;
}

static bool read_set(struct tls *tls, struct error *err)
{
    struct tls_set *set = calloc(1, sizeof *set);
    if (!set)
        return arena_error(err);
    if (!set_fill(set, tls, err)) {
        set_free(set);
        return false;
    }
    pthread_mutex_lock(&tls->lock);
    set->older = tls->newest;
    if (set->older)
        set->older->retired = server_milliseconds();
    tls->newest = set;
    pthread_mutex_unlock(&tls->lock);
    return true;
}

/* Sets that no handshake can be using any more. */
static void drop_old(struct tls *tls)
{
    unsigned long long now = server_milliseconds();
    pthread_mutex_lock(&tls->lock);
    for (struct tls_set **place = &tls->newest->older; *place;) {
        struct tls_set *set = *place;
        if (now - set->retired < TLS_OLD_SECONDS * 1000ULL) {
            place = &set->older;
            continue;
        }
        *place = set->older;
        set_free(set);
    }
    pthread_mutex_unlock(&tls->lock);
}

void tls_refresh(struct server *server)
{
    struct tls *tls = server->tls;
    struct error err = {0};
    drop_old(tls);
    if (!files_changed(tls) && !tls->was_told)
        return;
    if (read_set(tls, &err)) {
        tls->was_told = false;
        server_tell(server, "the certificate was read again");
    } else if (!tls->was_told) { /* tried again each second: the other file may be on its way */
        error_add(&err, "the certificate changed and cannot be taken, the one before stays");
        server_tell(server, err.text);
        tls->was_told = true;
    }
}

/* GnuTLS asks, in a handshake on a loop's thread. */
static int retrieve(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                    gnutls_pcert_st **chain, unsigned *chain_len, gnutls_ocsp_data_st **ocsp,
                    unsigned *ocsp_len, gnutls_privkey_t *key, unsigned *flags)
{
    struct error ignored = {0};
    const union MHD_ConnectionInfo *found = microhttpd_api_load(&ignored)->get_connection_info(
        gnutls.session_get_ptr(session), MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = found ? found->socket_context : NULL;
    (void)info;
    if (!connection)
        return -1;
    struct tls *tls = connection->server->tls;
    pthread_mutex_lock(&tls->lock);
    *chain = tls->newest->chain;
    *chain_len = tls->newest->chain_len;
    *key = tls->newest->key;
    pthread_mutex_unlock(&tls->lock);
    *ocsp = NULL;
    *ocsp_len = 0;
    *flags = 0; /* they stay ours */
    return 0;
}

static bool read_trust(struct tls *tls, const char *path, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct slice text;
    arena_init(&arena, 4 * TLS_FILE_MAX);
    if (!file_read(path, TLS_FILE_MAX, &arena, &text, err))
        return false;
    gnutls_x509_crt_t first;
    gnutls_datum_t bytes = datum(text);
    int failed = gnutls.x509_crt_init(&first);
    if (failed >= 0) {
        failed = gnutls.x509_crt_import(first, &bytes, GNUTLS_X509_FMT_PEM);
        gnutls.x509_crt_deinit(first);
    }
    if (failed < 0)
        return error_set(err, ERROR_FORMAT, "certificates %s: %s", path, gnutls.strerror(failed));
    tls->trust = strndup(text.at, text.len);
    return tls->trust ? true : arena_error(err);
}

bool tls_open(struct tls **tls, const struct server_options *options, struct error *err)
{
    pthread_once(&once, load);
    if (!loaded)
        return error_set(err, ERROR_UNSUPPORTED, "TLS needs libgnutls.so.30, and it is not here");
    if (!options->key)
        return error_set(err, ERROR_USAGE, "a certificate needs its key");
    struct tls *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    *made = (struct tls){.certificate = options->certificate,
                         .key = options->key,
                         .client_required = options->client_required};
    pthread_mutex_init(&made->lock, NULL);
    files_changed(made);
    if (read_set(made, err) && (!options->client_ca || read_trust(made, options->client_ca, err))) {
        *tls = made;
        return true;
    }
    tls_close(made);
    return false;
}

void tls_close(struct tls *tls)
{
    if (!tls)
        return;
    for (struct tls_set *set = tls->newest, *older; set; set = older) {
        older = set->older;
        set_free(set);
    }
    pthread_mutex_destroy(&tls->lock);
    free(tls->trust);
    free(tls);
}

static intptr_t word_of(gnutls_certificate_retrieve_function3 *function)
{
    return (intptr_t)function;
}

size_t tls_items(const struct tls *tls, struct MHD_OptionItem *items)
{
    static char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";
    void *callback;
    intptr_t word = word_of(retrieve);
    size_t count = 0;
    __builtin_memcpy(&callback, &word, sizeof callback);
    items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, callback};
    items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, priorities};
    if (tls->trust)
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, tls->trust};
    return count;
}

static void take_common_name(struct connection *connection, const gnutls_datum_t *certificate)
{
    gnutls_x509_crt_t parsed;
    size_t size = sizeof connection->common_name;
    if (gnutls.x509_crt_init(&parsed) < 0)
        return;
    if (gnutls.x509_crt_import(parsed, certificate, GNUTLS_X509_FMT_DER) < 0 ||
        gnutls.x509_crt_get_dn_by_oid(parsed, GNUTLS_OID_X520_COMMON_NAME, 0, 0,
                                      connection->common_name, &size) < 0 ||
        strlen(connection->common_name) != size) /* a NUL inside is a trick */
        connection->common_name[0] = '\0';
    gnutls.x509_crt_deinit(parsed);
}

static gnutls_session_t session_of(const struct server *server, struct MHD_Connection *wire)
{
    const union MHD_ConnectionInfo *info =
        server->api->get_connection_info(wire, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info ? info->tls_session : NULL;
}

bool tls_send(struct server *server, struct MHD_Connection *wire, struct slice bytes)
{
    gnutls_session_t session = session_of(server, wire);
    return session && gnutls.record_send(session, bytes.at, bytes.len) == (ssize_t)bytes.len;
}

bool tls_identify(struct server *server, struct connection *connection, struct MHD_Connection *wire)
{
    struct tls *tls = server->tls;
    unsigned count = 0, status = 0;
    if (!tls->trust || connection->certificate_seen)
        return true;
    gnutls_session_t session = session_of(server, wire);
    const gnutls_datum_t *peers = session ? gnutls.certificate_get_peers(session, &count) : NULL;
    if (!peers || !count)
        return !tls->client_required;
    if (gnutls.certificate_verify_peers2(session, &status) < 0 || status != 0)
        return false;
    take_common_name(connection, &peers[0]);
    connection->certificate_seen = true;
    return true;
}
