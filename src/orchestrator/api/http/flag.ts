/** `?watch`, `?watch=1`, `?watch=true`; apimachinery `pkg/runtime/converter.go` Convert_Slice_string_To_bool. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}
