using System.Diagnostics;

namespace Criterion.Cli.Tests;

/// <summary>The tool as a process of its own, to be interrupted and killed.</summary>
internal sealed class ToolProcess : IDisposable
{
    readonly Process _process;

    /// <summary>Starts the tool.</summary>
    public ToolProcess(params string[] args)
        : this(new ProcessStartInfo("dotnet", [Tool, .. args]))
    {
    }

    ToolProcess(ProcessStartInfo info)
    {
        (info.RedirectStandardOutput, info.RedirectStandardError) = (true, true);
        _process = Process.Start(info)!;
        Output = _process.StandardOutput.ReadToEndAsync();
        Error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it wrote, once it has ended.</summary>
    public Task<string> Output { get; }

    /// <summary>What it wrote of errors, once it has ended.</summary>
    public Task<string> Error { get; }

    public int ExitCode => _process.ExitCode;

    static string Tool => Path.Combine(AppContext.BaseDirectory, "Criterion.Cli.dll");

    /// <summary>Starts the tool where no file may grow beyond a size: as on a disk that is full.</summary>
    /// <remarks>.NET would map its own code twice through a large file.</remarks>
    public static ToolProcess WithFilesUpTo(int kilobytes, params string[] args) => new(
        new ProcessStartInfo("bash",
            ["-c", "trap '' XFSZ; ulimit -f \"$0\" && DOTNET_EnableWriteXorExecute=0 exec dotnet \"$@\"", $"{kilobytes}", Tool, .. args]));

    /// <summary>Starts the tool by a line of bash, in a folder: <c>tool</c> is the tool, and <c>"$@"</c> the arguments.</summary>
    public static ToolProcess InShell(string folder, string line, params string[] args) => new(
        new ProcessStartInfo("bash",
            ["-c", $"tool() {{ dotnet \"$tool_path\" \"$@\"; }}; tool_path=$0; {line}", Tool, .. args])
        { WorkingDirectory = folder });

    /// <summary>Waits until a file of losses has this many rows, or the process has ended.</summary>
    public void WaitForRows(string losses, int rows)
    {
        while (!_process.HasExited && !(File.Exists(losses) && CountRows(losses) >= rows))
        {
            Thread.Sleep(1);
        }
    }

    /// <summary>Sends a signal, such as INT, which is what Ctrl-C does.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("sh", ["-c", $"kill -{name} {_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>SIGKILL, which a process can't do anything about.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public bool WaitForExit(int milliseconds) => _process.WaitForExit(milliseconds);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    static int CountRows(string losses)
    {
        using FileStream stream = new(losses, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Count(static c => c == '\n') - 1;
    }
}
