#include "render/render_output.h"

#include <errno.h>
#include <signal.h>

#include "render/render.h"

enum { WORTH_A_WRITE = 64 * 1024 };

static bool write_failed(struct err *e)
{
    if (errno != EPIPE) {
        return err_set_errno(e, ERR_IO, "output could not be written");
    }
    err_set(e, ERR_CANCELLED, "the reader of the output is gone");
    e->signal = SIGPIPE;
    return false;
}

static bool write_text(struct render_output *output, struct err *e)
{
    size_t size = output->text.size;

    errno = 0;
    if (size > 0 && fwrite(text_string(&output->text), 1, size, output->file) != size) {
        return write_failed(e);
    }
    text_clear(&output->text);
    return true;
}

bool render_flush_some(struct render_output *output, struct err *e)
{
    return output->text.size < WORTH_A_WRITE || write_text(output, e);
}

bool render_finish(struct render_output *output, struct err *e)
{
    if (!write_text(output, e)) {
        return false;
    }
    errno = 0;
    return (fflush(output->file) == 0 && !ferror(output->file)) || write_failed(e);
}

void render_output_free(struct render_output *output)
{
    text_free(&output->text);
}

bool render_text(const char *text, size_t size, FILE *out, struct err *e)
{
    CLEANUP(render_output_free) struct render_output output = {.file = out};

    text_append_size(&output.text, text, size);
    return render_finish(&output, e);
}
