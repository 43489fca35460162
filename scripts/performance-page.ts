import { writePage } from "../bench/page";
import { readResults } from "../bench/recorded";

// `npm run bench` writes the page as well; this follows a change of its text or of its tables.
void writePage(readResults(), process.argv[2]);
