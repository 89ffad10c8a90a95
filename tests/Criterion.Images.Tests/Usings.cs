global using Criterion.Training;
global using Criterion.Training.Tests;
global using Xunit;
