/** How many services are released and switched together at most: with testers each has two of the hundred rules that a listener on AWS takes. */
export const mostServices = 50;
