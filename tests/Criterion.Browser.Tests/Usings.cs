global using Criterion.Cli;
global using Criterion.Cli.Tests;
global using Criterion.Training;
global using Criterion.Training.Tests;
global using Xunit;
