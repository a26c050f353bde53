#include "http/http_doubt.h"

#define UNDER_WAY_REFUSED 0.2 /* at most, of those under way, by no limit that is much below what they were sent at */
#define FALLEN            0.5 /* of the highest rate */
#define LIMIT_REFUSES     0.6 /* at least, of those that follow */

enum {
    POINTS_NEEDED = 4,
    POINTS_UNDER_WAY = 2,
    POINTS_SLOW = 2,
    UNDER_WAY_LEAST = 6,
    DOUBLINGS = 2, /* of the points that are needed, at most */
    VERDICT_LEAST =
        12, /* answers: where three of ten are refused at random, eight of twelve are one time in a hundred */
    ANSWERS = 64,
};

double http_doubt_refused_share(const struct http_doubt *doubt)
{
    return doubt->answers > 0 ? (double)__builtin_popcountll(doubt->refusals) / doubt->answers : 0;
}

static void forget_answers(struct http_doubt *doubt)
{
    doubt->refusals = 0;
    doubt->answers = 0;
}

void http_doubt_answer(struct http_doubt *doubt, bool refused)
{
    doubt->refusals = doubt->refusals << 1 | (refused ? 1 : 0);
    doubt->answers += doubt->answers < ANSWERS ? 1 : 0;
}

static void weigh(struct http_doubt *doubt, const struct http_doubt_sign *sign)
{
    bool spared = doubt->answers >= UNDER_WAY_LEAST && http_doubt_refused_share(doubt) <= UNDER_WAY_REFUSED;

    if (sign->contradicts && sign->soon) {
        doubt->points += sign->slow ? POINTS_SLOW : 1;
    } else if (!sign->contradicts && doubt->points > 0) {
        doubt->points--;
    }
    doubt->points += sign->first && spared ? POINTS_UNDER_WAY : 0;
    doubt->highest = sign->rate > doubt->highest ? sign->rate : doubt->highest;
}

bool http_doubt_refusal(struct http_doubt *doubt, const struct http_doubt_sign *sign)
{
    unsigned needed = POINTS_NEEDED << (doubt->trials < DOUBLINGS ? doubt->trials : DOUBLINGS);

    weigh(doubt, sign);
    forget_answers(doubt);
    return doubt->points >= needed || (sign->contradicts && sign->rate < doubt->highest * FALLEN);
}

bool http_doubt_finds_limit(const struct http_doubt *doubt)
{
    return doubt->answers >= VERDICT_LEAST && http_doubt_refused_share(doubt) > LIMIT_REFUSES;
}

void http_doubt_settle(struct http_doubt *doubt)
{
    forget_answers(doubt);
    doubt->points = 0;
    doubt->highest = 0;
    doubt->trials++;
}
