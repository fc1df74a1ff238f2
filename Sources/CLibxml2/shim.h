/* libxml2's own headers include ICU's, which clash with the ICU of Swift's Foundation. So what we use is declared here.
 */
void xmlInitParser(void);
void xmlSchemaInitTypes(void);
int xmlRelaxNGInitTypes(void);

/* libxml/xmlreader.h. A reader does not copy the text. */
struct _xmlTextReader *xmlReaderForMemory(const char *text, int size, const char *url, const char *encoding,
                                          int options);
void xmlFreeTextReader(struct _xmlTextReader *reader);
/* 1, 0 at the end, -1 for an error. */
int xmlTextReaderRead(struct _xmlTextReader *reader);
int xmlTextReaderNodeType(struct _xmlTextReader *reader);
int xmlTextReaderMoveToNextAttribute(struct _xmlTextReader *reader);
const unsigned char *xmlTextReaderConstName(struct _xmlTextReader *reader);
const unsigned char *xmlTextReaderConstValue(struct _xmlTextReader *reader);
