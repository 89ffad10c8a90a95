using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Criterion.Tests.Repository;

namespace Criterion.Cli.Tests;

/// <summary>Packs all packages as they were built, and installs the tool from the folder, without a network.</summary>
public sealed class PackageTests : IDisposable
{
    static readonly string[] Packages = ["Criterion", "Criterion.Cli", "Criterion.Images", "Criterion.TorchSharp", "Criterion.Training"];

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Packages_are_complete_and_the_tool_runs_from_its_package()
    {
        await Dotnet("pack", RepositoryRoot.File("Criterion.slnx"), "--no-build", "-c", Configuration, "-o", _temp["packages"]);

        Assert.All(Packages, Check);
        Assert.Equal(2 * Packages.Length, Directory.GetFiles(_temp["packages"]).Length);
        File.WriteAllText(
            _temp["nuget.config"],
            """<configuration><packageSources><clear /><add key="here" value="packages" /></packageSources></configuration>""");
        await Dotnet("tool", "install", "Criterion.Cli", "--tool-path", _temp["tool"], "--configfile", _temp["nuget.config"],
            "--no-http-cache");
        string tool = _temp[OperatingSystem.IsWindows() ? "tool/criterion.exe" : "tool/criterion"];
        Assert.Contains("Usage:", await Output(tool, "--help"), StringComparison.Ordinal);
        string huber = await Output(tool, "losses", "huber");
        Assert.Contains("⎧ 0.5·(x − y)²        if |x − y| ≤ δ", huber, StringComparison.Ordinal);
        Assert.Contains("delta = 1", huber, StringComparison.Ordinal);
    }

    // The tests lie in artifacts/bin/<project>/<configuration>.
    static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    void Check(string name)
    {
        string version = XDocument.Load(RepositoryRoot.File("Directory.Build.props")).Descendants("Version").Single().Value;
        using ZipArchive package = ZipFile.OpenRead(_temp[$"packages/{name}.{version}.nupkg"]);
        using ZipArchive symbols = ZipFile.OpenRead(_temp[$"packages/{name}.{version}.snupkg"]);
        using Stream nuspec = package.GetEntry($"{name}.nuspec")!.Open();
        Dictionary<string, string> metadata = XDocument.Load(nuspec).Root!.Elements().Single().Elements()
            .ToDictionary(static element => element.Name.LocalName, static element => element.Value);

        Assert.Equal((name, "icon.png", "PACKAGE.md", "MIT"), (metadata["id"], metadata["icon"], metadata["readme"], metadata["license"]));
        Assert.Contains("loss-functions", metadata["tags"], StringComparison.Ordinal);
        Assert.NotEmpty(metadata["description"]);
        Assert.All((string[])["icon.png", "PACKAGE.md"], file => Assert.True(package.GetEntry(file)!.Length > 500));
        Assert.Contains(package.Entries, entry => entry.Name == $"{name}.xml");
        Assert.Contains(symbols.Entries, entry => entry.Name == $"{name}.pdb");
    }

    static Task Dotnet(params string[] args) => Output("dotnet", args);

    static async Task<string> Output(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            Environment = { ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1" },
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', args)}: {output}{await error}");
        return output;
    }
}
