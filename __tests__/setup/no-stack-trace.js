const none = () => [];
// The second one is cdktn's.
module.exports = { captureStackTrace: none, captureCreationStack: none };
