// Whether nobody is at fault: the database does not answer, or what stands before the server does not find it.
export const isOutOfService = (status) => [502, 503, 504].includes(status);
