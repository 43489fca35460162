/** Instead of cdktf's, which takes the whole stack trace of every token and shows none. */
const none = () => [];
// The second one is cdktn's.
module.exports = { captureStackTrace: none, captureCreationStack: none };
