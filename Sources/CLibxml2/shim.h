/* libxml2's own headers include ICU's, which clash with the ICU of Swift's Foundation; what they return is not needed.
 */
void xmlInitParser(void);
void xmlSchemaInitTypes(void);
int xmlRelaxNGInitTypes(void);
