#include <expat.h>

/// XML_GetUserData is a macro over the parser's first member, which Swift cannot read.
static inline void *ossgate_xml_user_data(XML_Parser parser) {
    return XML_GetUserData(parser);
}
