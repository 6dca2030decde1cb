/*
 * Sample fetches and the ACL forms of them, as `haproxy -dKall` of 2.6 to 3.4 lists them, by the
 * version they came with. Families that every version extends are told by their prefix. Sorted.
 */
#include "lint/haproxy/haproxy_fetches.h"

#include <stdlib.h>

struct fetch {
    const char *name;
    unsigned since;
};

/* clang-format off */
static const struct fetch fetches[] = {
    {"accept_date", 209}, {"act_conns", 208}, {"always_false", 0}, {"always_true", 0},
    {"avg_queue", 0}, {"base", 0}, {"base32", 0}, {"base32+src", 0}, {"base_beg", 0},
    {"base_dir", 0}, {"base_dom", 0}, {"base_end", 0}, {"base_len", 0}, {"base_reg", 0},
    {"base_sub", 0}, {"baseq", 0}, {"bc.timer.connect", 209}, {"bc_dst", 0}, {"bc_dst_port", 0},
    {"bc_err", 0}, {"bc_err_name", 209}, {"bc_err_str", 0}, {"bc_glitches", 207},
    {"bc_http_major", 0}, {"bc_nb_streams", 209}, {"bc_reused", 303}, {"bc_rtt", 207},
    {"bc_rttvar", 207}, {"bc_settings_streams_limit", 300}, {"bc_src", 0}, {"bc_src_port", 0},
    {"bc_srv_queue", 303}, {"be_conn", 0}, {"be_conn_free", 0}, {"be_connect_timeout", 209},
    {"be_id", 0}, {"be_name", 0}, {"be_queue_timeout", 303}, {"be_server_timeout", 0},
    {"be_sess_rate", 0}, {"be_tarpit_timeout", 303}, {"be_tunnel_timeout", 0}, {"bin", 0},
    {"bool", 0}, {"bs.aborted", 300}, {"bs.debug_str", 300}, {"bs.id", 300}, {"bs.rst_code", 300},
    {"bytes_in", 209}, {"bytes_out", 209}, {"capture.req.hdr", 0}, {"capture.req.method", 0},
    {"capture.req.uri", 0}, {"capture.req.ver", 0}, {"capture.res.hdr", 0},
    {"capture.res.ver", 0}, {"connslots", 0}, {"cook", 0}, {"cook_beg", 0}, {"cook_cnt", 0},
    {"cook_dir", 0}, {"cook_dom", 0}, {"cook_end", 0}, {"cook_len", 0}, {"cook_reg", 0},
    {"cook_sub", 0}, {"cook_val", 0}, {"cookie", 0}, {"cpu_calls", 0}, {"cpu_ns_avg", 0},
    {"cpu_ns_tot", 0}, {"cpu_usage_grp", 303}, {"cpu_usage_proc", 303}, {"cpu_usage_thr", 303},
    {"cur_client_timeout", 209}, {"cur_connect_timeout", 303}, {"cur_queue_timeout", 303},
    {"cur_server_timeout", 0}, {"cur_tarpit_timeout", 303}, {"cur_tunnel_timeout", 0},
    {"date", 0}, {"date_us", 0}, {"distcc_body", 0}, {"distcc_param", 0}, {"dst", 0},
    {"dst_conn", 0}, {"dst_is_local", 0}, {"dst_port", 0}, {"dump_all_vars", 303}, {"env", 0},
    {"fc.timer.handshake", 209}, {"fc.timer.total", 209}, {"fc_dst", 0}, {"fc_dst_is_local", 0},
    {"fc_dst_port", 0}, {"fc_err", 0}, {"fc_err_name", 209}, {"fc_err_str", 0}, {"fc_fackets", 0},
    {"fc_glitches", 207}, {"fc_http_major", 0}, {"fc_lost", 0}, {"fc_nb_streams", 209},
    {"fc_pp_authority", 0}, {"fc_pp_tlv", 209}, {"fc_pp_unique_id", 0}, {"fc_rcvd_proxy", 0},
    {"fc_reordering", 0}, {"fc_retrans", 0}, {"fc_rtt", 0}, {"fc_rttvar", 0}, {"fc_sacked", 0},
    {"fc_saved_syn", 300}, {"fc_settings_streams_limit", 300}, {"fc_src", 0},
    {"fc_src_is_local", 0}, {"fc_src_port", 0}, {"fc_unacked", 0}, {"fcgi.docroot", 0},
    {"fcgi.index", 0}, {"fe_client_timeout", 0}, {"fe_conn", 0}, {"fe_defbe", 0}, {"fe_id", 0},
    {"fe_name", 0}, {"fe_req_rate", 0}, {"fe_sess_rate", 0}, {"fe_tarpit_timeout", 303},
    {"fs.aborted", 300}, {"fs.debug_str", 300}, {"fs.id", 300}, {"fs.rst_code", 300}, {"hdr", 0},
    {"hdr_beg", 0}, {"hdr_cnt", 0}, {"hdr_dir", 0}, {"hdr_dom", 0}, {"hdr_end", 0}, {"hdr_ip", 0},
    {"hdr_len", 0}, {"hdr_reg", 0}, {"hdr_sub", 0}, {"hdr_val", 0}, {"hostname", 0},
    {"http_auth", 0}, {"http_auth_bearer", 0}, {"http_auth_group", 0}, {"http_auth_pass", 0},
    {"http_auth_type", 0}, {"http_auth_user", 0}, {"http_first_req", 0}, {"int", 0}, {"ipv4", 0},
    {"ipv6", 0}, {"last_entity", 209}, {"last_rule_file", 0}, {"last_rule_line", 0},
    {"lat_ns_avg", 0}, {"lat_ns_tot", 0}, {"meth", 0}, {"method", 0}, {"nbproc", 0}, {"nbsrv", 0},
    {"path", 0}, {"path_beg", 0}, {"path_dir", 0}, {"path_dom", 0}, {"path_end", 0},
    {"path_len", 0}, {"path_reg", 0}, {"path_sub", 0}, {"pathq", 0}, {"payload", 0},
    {"payload_lv", 0}, {"pid", 209}, {"prio_class", 0}, {"prio_offset", 0}, {"proc", 0},
    {"query", 0}, {"queue", 0}, {"quic_enabled", 207}, {"rand", 0}, {"rdp_cookie", 0},
    {"rdp_cookie_cnt", 0}, {"rep_ssl_hello_type", 0}, {"req.body", 0}, {"req.body_len", 0},
    {"req.body_param", 0}, {"req.body_size", 0}, {"req.bytes_in", 303}, {"req.bytes_out", 303},
    {"req.cook", 0}, {"req.cook_cnt", 0}, {"req.cook_names", 208}, {"req.cook_val", 0},
    {"req.fhdr", 0}, {"req.fhdr_cnt", 0}, {"req.hdr", 0}, {"req.hdr_cnt", 0}, {"req.hdr_ip", 0},
    {"req.hdr_names", 0}, {"req.hdr_val", 0}, {"req.hdrs", 0}, {"req.hdrs_bin", 0},
    {"req.len", 0}, {"req.payload", 0}, {"req.payload_lv", 0}, {"req.proto_http", 0},
    {"req.rdp_cookie", 0}, {"req.rdp_cookie_cnt", 0}, {"req.ssl_alpn", 0},
    {"req.ssl_cipherlist", 303}, {"req.ssl_ec_ext", 0}, {"req.ssl_hello_type", 0},
    {"req.ssl_keyshare_groups", 303}, {"req.ssl_sigalgs", 303}, {"req.ssl_sni", 0},
    {"req.ssl_st_ext", 0}, {"req.ssl_supported_groups", 303}, {"req.ssl_ver", 0},
    {"req.timer.hdr", 209}, {"req.timer.idle", 209}, {"req.timer.queue", 209},
    {"req.timer.tq", 209}, {"req.ver", 0}, {"req_len", 0}, {"req_proto_http", 0},
    {"req_rdp_cookie", 0}, {"req_rdp_cookie_cnt", 0}, {"req_ssl_hello_type", 0},
    {"req_ssl_sni", 0}, {"req_ssl_ver", 0}, {"req_ver", 0}, {"request_date", 209},
    {"res.body", 0}, {"res.body_len", 0}, {"res.body_size", 0}, {"res.bytes_in", 303},
    {"res.bytes_out", 303}, {"res.cache_hit", 0}, {"res.cache_name", 0}, {"res.comp", 0},
    {"res.comp_algo", 0}, {"res.cook", 0}, {"res.cook_cnt", 0}, {"res.cook_names", 208},
    {"res.cook_val", 0}, {"res.fhdr", 0}, {"res.fhdr_cnt", 0}, {"res.hdr", 0}, {"res.hdr_cnt", 0},
    {"res.hdr_ip", 0}, {"res.hdr_names", 0}, {"res.hdr_val", 0}, {"res.hdrs", 0},
    {"res.hdrs_bin", 0}, {"res.len", 0}, {"res.payload", 0}, {"res.payload_lv", 0},
    {"res.ssl_hello_type", 0}, {"res.timer.data", 209}, {"res.timer.hdr", 209}, {"res.ver", 0},
    {"resp_ver", 0}, {"scook", 0}, {"scook_beg", 0}, {"scook_cnt", 0}, {"scook_dir", 0},
    {"scook_dom", 0}, {"scook_end", 0}, {"scook_len", 0}, {"scook_reg", 0}, {"scook_sub", 0},
    {"scook_val", 0}, {"server_status", 209}, {"shdr", 0}, {"shdr_beg", 0}, {"shdr_cnt", 0},
    {"shdr_dir", 0}, {"shdr_dom", 0}, {"shdr_end", 0}, {"shdr_ip", 0}, {"shdr_len", 0},
    {"shdr_reg", 0}, {"shdr_sub", 0}, {"shdr_val", 0}, {"so_id", 0}, {"so_name", 0},
    {"spoe.engine-id", 300}, {"src", 0}, {"srv_conn", 0}, {"srv_conn_free", 0}, {"srv_id", 0},
    {"srv_is_up", 0}, {"srv_iweight", 0}, {"srv_name", 0}, {"srv_queue", 0}, {"srv_sess_rate", 0},
    {"srv_uweight", 0}, {"srv_weight", 0}, {"status", 0}, {"stopping", 0}, {"str", 0},
    {"table_avl", 0}, {"table_cnt", 0}, {"thread", 0}, {"txn.conn_retries", 209},
    {"txn.id32", 209}, {"txn.redispatched", 209}, {"txn.sess_term_state", 209},
    {"txn.status", 209}, {"txn.timer.total", 209}, {"txn.timer.user", 209}, {"unique-id", 0},
    {"url", 0}, {"url32", 0}, {"url32+src", 0}, {"url_beg", 0}, {"url_dir", 0}, {"url_dom", 0},
    {"url_end", 0}, {"url_ip", 0}, {"url_len", 0}, {"url_param", 0}, {"url_port", 0},
    {"url_reg", 0}, {"url_sub", 0}, {"urlp", 0}, {"urlp_beg", 0}, {"urlp_dir", 0},
    {"urlp_dom", 0}, {"urlp_end", 0}, {"urlp_len", 0}, {"urlp_reg", 0}, {"urlp_sub", 0},
    {"urlp_val", 0}, {"uuid", 0}, {"var", 0}, {"wait_end", 0}, {"waiting_entity", 300},
};
/* clang-format on */

static int by_name(const void *name, const void *fetch)
{
    return slice_compare(*(const struct slice *)name,
                         slice_str(((const struct fetch *)fetch)->name));
}

bool haproxy_fetch_known(struct slice name, unsigned version)
{
    static const char *const families[] = {
        "lua.", "internal.",    "sc_",    "sc0_",   "sc1_",   "sc2_",
        "src_", "ssl_bc",       "ssl_c_", "ssl_f_", "ssl_fc", "ssl_s_",
        "51d.", "da-csv-fetch", "wurfl-", "ot.",    NULL};
    for (size_t i = 0; families[i]; i++)
        if (slice_starts(name, slice_str(families[i])))
            return true;
    const struct fetch *fetch =
        bsearch(&name, fetches, sizeof fetches / sizeof *fetches, sizeof *fetches, by_name);
    return fetch && version >= fetch->since;
}
