/* One page without anything from elsewhere: a treemap of what is seen, then the lists. It is read
   without scripts, too; with them a folder can be opened by pointer or keyboard. */
#include "report/html_text.h"
#include "ship/size/size_map.h"
#include "ship/size/size_report.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src "
    "'unsafe-inline';script-src 'unsafe-inline';img-src data:\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n<style>\n"
    ":root{color-scheme:light "
    "dark;--ink:#1b1f24;--page:#fff;--line:#d0d7de;--soft:#57606a;--seen:#cfe3fb;--folder:#e8eef6;"
    "--waste:#ffdf9e;--unseen:#f6c6c6;--bar:#0969da;--focus:#0550ae;--over:#b42318}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--page:#0d1117;--line:#30363d;"
    "--soft:#9198a1;--seen:#1f3f66;--folder:#161f2b;--waste:#6b4d00;--unseen:#6e2427;"
    "--bar:#4493f8;--focus:#79c0ff;--over:#ff8182}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;"
    "color:var(--ink);background:var(--page)}\n"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;"
    "padding:.3rem .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}\n"
    "td.n,th.n{text-align:right;white-space:nowrap}.soft{color:var(--soft)}\n"
    ".bars{width:20%}.bar{display:inline-block;height:.8em;background:var(--bar);min-width:1px}\n"
    ".over{color:var(--over);font-weight:600}\n"
    "#map{position:relative;width:100%;height:min(70vh,44rem);min-height:24rem;border:1px solid "
    "var(--line);"
    "overflow:hidden;font-size:12px;line-height:1.3}\n"
    ".b{position:absolute;box-sizing:border-box;border:1px solid var(--page);overflow:hidden;"
    "background:var(--seen);cursor:pointer}\n"
    ".b.f{background:var(--folder)}.b.w{background:var(--waste)}.b.u{background:var(--unseen)}\n"
    ".b>span{display:block;padding:0 3px;white-space:nowrap;overflow:hidden;"
    "text-overflow:ellipsis}\n"
    ".b>div{position:absolute;left:2px;right:2px;top:1.4em;bottom:2px}\n"
    ".b:focus{outline:3px solid var(--focus);outline-offset:-3px}\n"
    ".open{left:0!important;top:0!important;width:100%!important;height:100%!important}\n"
    ".open>div>.b:not(.open).away{display:none}\n"
    "@media(max-width:40rem){td.bars,th.bars{display:none}}\n"
    "@media print{body{margin:0}#map{height:60vh;break-inside:avoid}tr{break-inside:avoid}"
    "h2{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
    "</style>\n";

static const char script[] =
    "<script>\n"
    "(()=>{const map=document.getElementById('map'),say=document.getElementById('at');\n"
    "let opened=null;\n"
    "const up=b=>{const p=b.parentElement.closest('.b');return p};\n"
    "const kids=b=>[...(b?b.querySelector(':scope>div'):map)?.children||[]]"
    ".filter(k=>k.classList.contains('b'));\n"
    "function open(b){for(const e of map.querySelectorAll('.open,.away'))"
    "e.classList.remove('open','away');\n"
    "opened=b;for(let e=b;e;e=up(e)){e.classList.add('open');const p=up(e);"
    "for(const s of kids(p))if(s!==e){s.classList.add('away');if(!p)s.style.visibility='hidden'}}\n"
    "if(!b)for(const s of kids(null))s.style.visibility='';"
    "else{let t=b;while(up(t))t=up(t);t.style.visibility=''}}\n"
    "function tell(b){say.textContent=b?b.getAttribute('aria-label'):''}\n"
    "function focus(b){if(!b)return;for(const e of map.querySelectorAll('[tabindex=\"0\"]'))"
    "e.tabIndex=-1;b.tabIndex=0;b.focus();tell(b)}\n"
    "map.addEventListener('click',e=>{const b=e.target.closest('.b');if(!b)return;focus(b);"
    "const f=b.querySelector(':scope>div')?b:up(b);open(f===opened?(f?up(f):null):f)});\n"
    "map.addEventListener('mouseover',e=>tell(e.target.closest('.b')));\n"
    "map.addEventListener('keydown',e=>{const "
    "b=document.activeElement.closest('.b');if(!b)return;\n"
    "const row=kids(up(b)),i=row.indexOf(b);let to;\n"
    "if(e.key==='ArrowRight')to=row[(i+1)%row.length];\n"
    "else if(e.key==='ArrowLeft')to=row[(i-1+row.length)%row.length];\n"
    "else if(e.key==='ArrowDown')to=kids(b)[0];\nelse if(e.key==='ArrowUp')to=up(b);\n"
    "else if(e.key==='Enter'||e.key===' '){if(kids(b).length){open(b);to=kids(b)[0]}}\n"
    "else if(e.key==='Escape'||e.key==='Backspace'){to=opened||b;open(opened?up(opened):null)}\n"
    "else return;e.preventDefault();focus(to)});\n"
    "const first=kids(null)[0];if(first)first.tabIndex=0})();\n"
    "</script>\n";

static void put_number(FILE *file, uint64_t bytes)
{
    fprintf(file, "<td class=\"n\">%s</td>", size_text(bytes).at);
}

static void put_bar(FILE *file, uint64_t part, uint64_t whole)
{
    fprintf(file, "<td class=\"bars\"><span class=\"bar\" style=\"width:%.1f%%\"></span></td>",
            whole ? 100.0 * (double)part / (double)whole : 0.0);
}

static void put_cell(FILE *file, struct slice text)
{
    fputs("<td>", file);
    html_put(file, text);
    fputs("</td>", file);
}

static void put_budget(FILE *file, const struct size_result *result,
                       const struct size_budget *budget)
{
    struct size_limit limits[SIZE_LIMITS];
    size_limits(result, budget, limits);
    for (size_t i = 0; i < SIZE_LIMITS; i++) {
        const struct size_limit *limit = &limits[i];
        bool over = size_is_over(limit);
        uint64_t apart = over ? limit->size - limit->budget : limit->budget - limit->size;
        if (!limit->budget)
            continue;
        fprintf(file, "<p%s>Budget of %s %s: ", over ? " class=\"over\"" : "",
                size_text(limit->budget).at, limit->what);
        fprintf(file, "%s by %s</p>\n", over ? "exceeded" : "kept", size_text(apart).at);
    }
}

static void put_summary(FILE *file, const struct size_result *result,
                        const struct size_report_options *options)
{
    const struct image *image = &result->image;
    struct slice name = image->tag.len ? image->tag : image->name;
    fputs("<title>Size of ", file);
    html_put(file, name);
    fputs("</title></head><body>\n<h1>Size of ", file);
    html_put(file, name);
    fprintf(file, "</h1>\n<p><strong>%s</strong> %s, ", size_text(result->stored).at,
            result->compressed ? "to pull" : "stored without compression");
    fprintf(file, "<strong>%s</strong> unpacked, ", size_text(result->unpacked).at);
    fprintf(file, "%s of it seen (%.0f&#160;%%), %zu layer%s.</p>\n", size_text(result->visible).at,
            100 * size_efficiency(result), result->layer_count,
            result->layer_count == 1 ? "" : "s");
    put_budget(file, result, &options->budget);
}

static void put_layers(FILE *file, const struct size_result *result)
{
    uint64_t most = 1;
    for (size_t i = 0; i < result->layer_count; i++)
        if (result->layers[i].stored > most)
            most = result->layers[i].stored;
    fputs("<h2>Layers</h2>\n<table><tr><th class=\"n\">#</th><th class=\"bars\"></th>"
          "<th class=\"n\">stored</th>"
          "<th class=\"n\">unpacked</th><th class=\"n\">unseen</th><th>made by</th></tr>\n",
          file);
    for (size_t i = 0; i < result->layer_count; i++) {
        const struct size_layer *layer = &result->layers[i];
        fprintf(file, "<tr><td class=\"n\">%zu</td>", i + 1);
        put_bar(file, layer->stored, most);
        put_number(file, layer->stored);
        put_number(file, layer->unpacked);
        put_number(file, layer->hidden);
        fputs("<td><code>", file);
        html_put(file, slice_upto(size_instruction(layer->layer->created_by), 400));
        fputs("</code></td></tr>\n", file);
    }
    fputs("</table>\n", file);
}

static void put_waste(FILE *file, const struct size_result *result, size_t top)
{
    const struct waste *waste = &result->waste;
    fprintf(file, "<h2>What need not be there: %s</h2>\n", size_text(waste->bytes).at);
    if (waste->count)
        fputs("<table><tr><th>what</th><th class=\"bars\"></th><th class=\"n\">size</th>"
              "<th class=\"n\">files</th><th>advice</th></tr>\n",
              file);
    for (size_t i = 0; i < top && i < waste->count; i++) {
        const struct waste_row *row = &waste->rows[i];
        const struct waste_kind_facts *facts = &waste_kinds[row->kind];
        struct slice label = size_waste_label(row);
        fprintf(file, "<tr><td>%s%s", facts->title, label.len ? ": " : "");
        html_put(file, label);
        fputs("</td>", file);
        put_bar(file, row->bytes, waste->rows[0].bytes);
        put_number(file, row->bytes);
        fprintf(file, "<td class=\"n\">%llu</td><td><strong>%s</strong>: ",
                (unsigned long long)row->files, guide_advice_text(facts->guide));
        html_put(file, slice_str(facts->advice));
        fputs("</td></tr>\n", file);
    }
    if (waste->count)
        fputs("</table>\n", file);
    if (result->multi_stage) {
        fprintf(file, "<p>A multi-stage build would save %s unpacked, ",
                size_text(result->multi_stage).at);
        fprintf(file, "about %s of the pull.</p>\n", size_text(result->multi_stage_stored).at);
    }
    struct size_compression made;
    if (size_compression(result, &made)) {
        fprintf(file, "<p>With zstd instead of %s it would be about %s", made.now,
                size_text(made.estimate).at);
        fprintf(file, " instead of %s to pull (estimate from samples).</p>\n",
                size_text(made.stored).at);
    }
}

static void put_packages(FILE *file, const struct size_result *result, size_t top)
{
    if (!result->package_count)
        return;
    fputs("<h2>Largest packages</h2>\n<table>\n", file);
    for (size_t i = 0; i < top && i < result->package_count; i++) {
        const struct size_package *package = result->packages[i];
        fputs("<tr><td>", file);
        html_put(file, package->name);
        fputs(" <span class=\"soft\">", file);
        html_put(file, package->version);
        fputs("</span></td>", file);
        put_bar(file, package->bytes, result->packages[0]->bytes);
        put_number(file, package->bytes);
        put_cell(file, package->manager);
        fputs("</tr>\n", file);
    }
    fputs("</table>\n", file);
}

static void put_files(FILE *file, const struct size_result *result, size_t top)
{
    fputs("<h2>Largest files</h2>\n<table>\n", file);
    for (size_t i = 0; i < top && i < result->largest_count; i++) {
        const struct size_file *each = result->largest[i];
        fputs("<tr>", file);
        put_cell(file, each->path);
        put_bar(file, each->size, result->largest[0]->size);
        put_number(file, each->size);
        fprintf(file, "<td>layer %zu%s</td></tr>\n", each->layer + 1, each->fate ? ", unseen" : "");
    }
    fputs("</table>\n", file);
}

bool size_write_html(const struct size_result *result, const struct size_report_options *options,
                     FILE *file, struct error *err)
{
    fputs(head, file);
    put_summary(file, result, options);
    fputs("<p class=\"soft\">Yellow need not be there, red is carried and not seen. Click or Enter "
          "opens a folder, Escape goes back, arrows move.</p>\n"
          "<div id=\"map\" role=\"tree\" aria-label=\"Sizes of folders and files\">\n",
          file);
    bool fine = size_map_write(result, file, err);
    fputs("</div>\n<p id=\"at\" class=\"soft\" aria-live=\"polite\">&nbsp;</p>\n", file);
    put_layers(file, result);
    put_waste(file, result, options->top);
    put_packages(file, result, options->top);
    put_files(file, result, options->top);
    for (size_t i = 0; i < result->note_count; i++) {
        fputs("<p class=\"soft\">", file);
        html_put(file, result->notes[i].text);
        fputs("</p>\n", file);
    }
    fputs(script, file);
    fputs("</body></html>\n", file);
    return fine && (!ferror(file) || error_errno(err, "writing the report"));
}
