/* C++ because std::to_chars is the only shortest-digits printer in the libraries that are linked anyway. */
#include "json/json_number.h"

#include <charconv>
#include <cmath>
#include <cstring>

size_t json_number_print(double number, char buffer[JSON_NUMBER_MAX])
{
    double magnitude = std::fabs(number);
    bool positional = magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21);
    auto format = positional ? std::chars_format::fixed : std::chars_format::scientific;
    /* Room for ".0" is kept back; 17 digits, sign, point, exponent and leading zeros always fit. */
    auto end = std::to_chars(buffer, buffer + JSON_NUMBER_MAX - 2, number, format).ptr;
    size_t size = static_cast<size_t>(end - buffer);

    if (positional && std::memchr(buffer, '.', size) == nullptr) {
        buffer[size++] = '.';
        buffer[size++] = '0';
    }
    return size;
}
