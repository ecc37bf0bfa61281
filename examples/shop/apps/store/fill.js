// Tells the store how much there is of everything, and ends: { name: number } in STOCK.
const { STORE_URL, STOCK } = process.env;
for (const [name, number] of Object.entries(JSON.parse(STOCK))) {
  const answer = await fetch(`${STORE_URL}/${encodeURIComponent(name)}`, {
    method: 'PUT',
    body: String(number),
  });
  if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`);
  console.log(name, await answer.text());
}
